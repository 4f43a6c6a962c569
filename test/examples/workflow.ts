/** The example's workflow file, read. */
import { join } from "node:path";

/** The folder of the examples. */
export const EXAMPLES = import.meta.dir;

/** What a workflow does, in its order. */
export interface Step {
  readonly name: string;
  /** An action and its tag. */
  readonly uses: string | undefined;
  /** A command for a shell. */
  readonly run: string | undefined;
  readonly settings: unknown;
}

/** A job of a workflow. */
export interface Job {
  readonly env: unknown;
  readonly steps: readonly Step[];
}

const member = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce(
    (at: unknown, name) =>
      typeof at === "object" && at !== null ? Reflect.get(at, name) : undefined,
    value,
  );

const textAt = (value: unknown, name: string): string | undefined => {
  const text = member(value, name);
  return typeof text === "string" ? text : undefined;
};

const stepOf = (value: unknown): Step => ({
  name: textAt(value, "name") ?? "",
  uses: textAt(value, "uses"),
  run: textAt(value, "run"),
  settings: member(value, "with"),
});

/** Its only job; throws where the file is no YAML or holds no such job. */
export const readWorkflow = async (): Promise<Job> => {
  const file: unknown = Bun.YAML.parse(await Bun.file(join(EXAMPLES, "ci.yml")).text());
  const steps = member(file, "jobs", "test", "steps");
  if (!Array.isArray(steps)) throw new Error("ci.yml: jobs.test.steps is no list");
  return { env: member(file, "jobs", "test", "env"), steps: steps.map(stepOf) };
};
