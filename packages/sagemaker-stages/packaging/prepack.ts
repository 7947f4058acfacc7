import { join } from "node:path";
import { prepare } from "./pack";

prepare(join(__dirname, ".."));
