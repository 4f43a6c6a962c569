/** Serial ports for the host: find them, open them. */
export {
  type CloseReason,
  openPort,
  type Port,
  type PortError,
  type PortOptions,
} from "./port.ts";
export { listPorts, type PortDescription } from "./ports.ts";
