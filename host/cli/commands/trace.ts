/** `mayfly trace`: what crosses a line, live or from a recording, until Ctrl-C or its end. */
import { fail, type Outcome, ok } from "../../../protocol/errors.ts";
import {
  createRecording,
  createReplay,
  itemEvent,
  itemText,
  readRecording,
  type Show,
} from "../../trace/index.ts";
import { readText } from "../files.ts";
import type { Output } from "../output.ts";
import { answer, badOption, declare, PORT } from "../program.ts";
import { traceLive } from "../tracing.ts";

interface TraceOptions {
  readonly port?: string | undefined;
  readonly socket?: string | undefined;
  readonly file?: string | undefined;
  readonly record?: string | undefined;
}

const showOn =
  (output: Output): Show =>
  (item) =>
    output.say(itemEvent(item), [itemText(item)]);

const replayFile = (file: string, output: Output): Outcome<void> => {
  const text = readText(file);
  if (!text.ok) return text;
  const replay = createReplay(showOn(output));
  for (const entry of readRecording(text.value)) {
    if (!entry.ok) return fail(entry.error, { file, ...entry.details });
    replay(entry.value);
  }
  return ok(undefined);
};

const traceAndRecord = async (
  port: string,
  { socket, record }: TraceOptions,
  output: Output,
): Promise<Outcome<void>> => {
  const recording = record === undefined ? undefined : createRecording(record);
  if (recording !== undefined && !recording.ok) return recording;
  const onFull = (): void => output.warn(`${record} has no more room: the recording ends here.`);
  const outcome = await traceLive({
    port,
    show: showOn(output),
    onFull,
    ...(socket === undefined ? {} : { socket }),
    ...(recording === undefined ? {} : { recording: recording.value }),
  });
  recording?.value.close();
  return outcome;
};

const trace = async (options: TraceOptions, output: Output): Promise<Outcome<void>> => {
  const { port, file, socket, record } = options;
  if (file !== undefined) {
    const others = { "--port": port, "--socket": socket, "--record": record };
    const odd = Object.entries(others).find(([, value]) => value !== undefined);
    if (odd !== undefined) return badOption(odd[0], "not together with --file");
    return replayFile(file, output);
  }
  if (port === undefined) return badOption("--port", "it, or --file, must be given");
  return traceAndRecord(port, options, output);
};

/** The command. */
export const traceCommand = () =>
  declare("trace", "show the frames, records and calls on a line, live or from a recording")
    .option("--port <port>", PORT)
    .option("--socket <file>", "share the port at this socket meanwhile, as mayfly link does")
    .option("--file <file>", "show a recording again")
    .option("--record <file>", "keep the raw bytes: after the handshakes all of it is ciphertext")
    .action((options) => answer((output) => trace(options, output)));
