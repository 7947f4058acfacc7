/** The part of the page for conversations. A page contains this module only if a public model needs it. */
import { chatForm } from "./chat-form";
import { useParts } from "./parts";

useParts({ chatForm });
