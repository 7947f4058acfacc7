import { join } from "node:path";
import { restore } from "./pack";

restore(join(__dirname, ".."));
