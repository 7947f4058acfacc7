/** The part of the page for boxes over an image. A page contains this module only if a public model answers boxes. */
import { useParts } from "./parts";
import { showBoxes } from "./show-boxes";

useParts({ showBoxes });
