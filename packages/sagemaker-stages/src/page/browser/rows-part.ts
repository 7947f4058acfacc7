/** The part of the page for models that take rows. A page contains this module only where a public model needs it. */
import { useParts } from "./parts";
import { rowsField } from "./rows-field";

useParts({ rowsField });
