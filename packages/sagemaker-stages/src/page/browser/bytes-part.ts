/** The part of the page for files and for answers in bytes. A page contains this module only if a public model needs it. */
import { acceptDroppedFiles } from "./dropped-file";
import { fileField } from "./file-field";
import { useParts } from "./parts";
import { showBytes } from "./show-bytes";

acceptDroppedFiles();
useParts({ fileField, showBytes });
