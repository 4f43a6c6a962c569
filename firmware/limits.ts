/** Limits of the device itself: name, unit, reason. Those of the wire are in protocol/limits.ts. */
export const DEVICE_LIMITS = {
  /** Milliseconds a person has to answer a screen. */
  consentMs: 120_000,
  /** Milliseconds without a question after one that nobody answered: a late press is lost. */
  dwellMs: 1000,
  /** The same after a press: the second of a double press is lost. Desktops wait as long for it. */
  doublePressMs: 500,
  /** Milliseconds without a question of anyone's after one that got no yes: nobody is pestered. */
  publicPauseMs: 30_000,
  /** Hosts of whom it is remembered that their last question got no yes. */
  refusedHosts: 64,
  /** Milliseconds after which an unfinished set of shares is wiped (CUSTODY, section 4). */
  unfinishedSetMs: 900_000,
  /** Handshakes that may fail under a pairing code: a slip of the pen or two, and no guessing. */
  pairingFailures: 3,
  /** Milliseconds in which one of them counts: a stranger's take longer than typing 12 words. */
  pairingFailureMs: 60_000,
  /** Quotes that are made at once: words take half a second each, and anyone may ask. */
  quoteBurst: 8,
  /** Milliseconds for each quote after that. */
  quotePauseMs: 10_000,
  /** Milliseconds in which a nonce for signed time may be answered: longer would blur the time. */
  timeNonceMs: 3_600_000,
  /** SLIP-39 iteration exponent of a share: what genesis makes; each step doubles the deaf time. */
  shareExponent: 0,
  /** Registered wallets: some 10 kB each with 3 keys. */
  wallets: 1_000,
  /** Milliseconds of work between two looks at the line. */
  sliceMs: 5,
  /** Milliseconds that a last reply has to leave before the process ends. */
  farewellMs: 250,

  /**
   * Records of a link's queue that answers leave free: a device whose queue is full takes nothing
   * in, and a long result would keep a cancel out.
   */
  spareRecords: 8,
  /** Answers of one session that wait for the line. */
  sessionQueue: 64,
  /** Calls of a host that wait at once, of those that may wait for a person. */
  openCalls: 16,
  /** The same of all callers without a key. */
  publicCalls: 2,
  /** Calls of a caller that may run twice, and wait while the line has its turn. */
  pacedCalls: 32,
  /** Milliseconds between two progress messages of one phase. */
  progressMs: 250,
  /** Bodies of hosts that are received at once, of each host one: params of 1 MiB, or uploads. */
  hostBodies: 4,
  /** The same of callers without a key, 32 KiB each. */
  publicBodies: 1,
  /** Milliseconds without news after which a body is forgotten. */
  bodyIdleMs: 30_000,
  /** Milliseconds in all for a body of a host: 1 MiB takes 19 min at 9600 baud. */
  hostBodyMs: 1_800_000,
  /** Bytes beyond 1 MiB that gain an upload a second: fewer than come at 9600 baud. */
  uploadBytesPerSecond: 700,
  /** Milliseconds in all for a body of a caller without a key: 32 KiB take 34 s at 9600 baud. */
  publicBodyMs: 120_000,

  /** Milliseconds for which keys and charges are kept: the longest window of spending, a day. */
  ledgerMs: 86_400_000,
  /** Keys of hosts, and charges: one every 10 s for a day; 15 MB when full, as measured. */
  ledgerKeys: 8192,
  /** Keys of callers without a key of their own. */
  publicKeys: 64,
  /** Outcomes of hosts' calls that are repeated to who asks again. */
  hostOutcomes: 64,
  /** Bytes of them: a registered wallet's are 16 KiB at most. */
  hostOutcomeBytes: 1 << 19,
  /** Outcomes of other calls. */
  publicOutcomes: 16,
  /** Bytes of them: genesis makes 16 KiB at most. */
  publicOutcomeBytes: 1 << 17,
} as const;
