/** Times of the link, in milliseconds, and the counts that go with them: SPEC.md, section 2. */
export const LINK_TIMES = {
  /** Between two HELLOs of the host, for ever. */
  hello: 500,
  /** The device answers at most `answers` HELLOs in any such span. */
  answerSpan: 1000,
  answers: 2,
  /** A candidate without a frame for so long is forgotten. */
  candidate: 30_000,
  /** A live link with an `IK` session that was heard within this span keeps its place. */
  strongSilence: 2000,
  /** And so does one that was asked no longer ago; while it is contested it is asked so often. */
  probe: 1000,
  probeAgain: 250,
  /** Frames of a link that was just replaced are answered with RESET, no sooner than this. */
  resetAgain: 500,
  /** The acknowledgement of a whole record waits so long for an answer to ride on. */
  promptAck: 1,
  /** And one in the middle of a record for a second frame. */
  delayedAck: 5,
  /** A NAK for the same seq is not repeated sooner. */
  nakAgain: 50,
  /** Silence after which a partial frame is dropped. */
  partialFrame: 200,
  /** And all the time it may take, besides four times its time on the line. */
  wholeFrame: 1000,
  /** Silence after which the first PING asks; the next ones follow, and then the link is over. */
  pingAfter: 5000,
  pingAgain: 2000,
  pings: 3,
  /** How often a sender asks for a window that is shut, and for how long. */
  shutAgain: 500,
  shutMost: 60_000,
  /** Bytes without a good frame for so long are a wrong baud rate or a BREAK. */
  noise: 2000,
} as const;
