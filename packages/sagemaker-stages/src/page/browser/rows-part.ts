/** The part of the page for rows. A page contains this module only if a public model needs it. */
import { useParts } from "./parts";
import { rowsField } from "./rows-field";

useParts({ rowsField });
