/** What something throws, as people read it. */

/** The message of the error that `work` throws or rejects with. */
export const thrownBy = async (work: () => unknown): Promise<string> => {
  try {
    await work();
  } catch (error) {
    return error instanceof Error ? error.message : "no Error";
  }
  return "nothing was thrown";
};
