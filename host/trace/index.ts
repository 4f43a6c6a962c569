/** What crosses a line, made readable: decoder, recordings, replay. */
export type { CallItem, LineItem, TraceItem } from "./item.ts";
export { itemEvent, itemText } from "./item-text.ts";
export { createRecording, readRecording, type Recording, RECORDING_LIMIT } from "./recording.ts";
export { createReplay, createTracer, type Show, type Tracer } from "./tracer.ts";
