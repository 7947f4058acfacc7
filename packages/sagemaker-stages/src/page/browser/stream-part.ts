/** The part of the page for answers that arrive in parts. A page contains this module only if a public model needs it. */
import { useParts } from "./parts";
import { StreamExchange } from "./stream-exchange";

useParts({ streamExchange: (props) => new StreamExchange(props) });
