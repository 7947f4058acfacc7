/** The part of the page for models of bytes. A page contains this module only where a public model needs it. */
import { fileField } from "./file-field";
import { useParts } from "./parts";
import { showBytes } from "./show-bytes";

useParts({ fileField, showBytes });
