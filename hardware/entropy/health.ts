/**
 * The two continuous health tests of NIST SP 800-90B, section 4.4: repetition count (4.4.1) and
 * adaptive proportion (4.4.2). They are told equalities only, so that an engine that keeps its
 * samples in locked memory can be tested by them too.
 */

/** When a source is no longer believed; counts of samples. */
export interface HealthCutoffs {
  /** So many equal samples in a row are too many. */
  readonly repetitionCutoff: number;
  /** Samples in a window. */
  readonly window: number;
  /** So many samples equal to their window's first, itself included, are too many. */
  readonly proportionCutoff: number;
}

/** Which test a source has failed. */
export type HealthFailure = "repetition" | "proportion";

/** Both tests of one source. */
export interface HealthTest {
  /** Whether the next sample is the first of a window: it is the one to compare with from then. */
  readonly startsWindow: () => boolean;
  /**
   * Takes one sample by its equalities; false where the source is unhealthy, and ever after. What
   * the very first sample is said to equal, and the first of a window to its window's first, does
   * not count.
   */
  readonly take: (isSameAsPrevious: boolean, isSameAsFirstOfWindow: boolean) => boolean;
  readonly failure: () => HealthFailure | undefined;
}

/** Both tests, before the first sample. */
export const createHealthTest = (cutoffs: HealthCutoffs): HealthTest => {
  const { repetitionCutoff, window, proportionCutoff } = cutoffs;
  let inARow = 0;
  let inWindow = 0;
  let asFirst = 0;
  let failure: HealthFailure | undefined;

  const judge = (): HealthFailure | undefined => {
    if (inARow >= repetitionCutoff) return "repetition";
    return asFirst >= proportionCutoff ? "proportion" : undefined;
  };

  return {
    startsWindow: () => inWindow === 0,
    take: (isSameAsPrevious, isSameAsFirstOfWindow) => {
      inARow = isSameAsPrevious && inARow > 0 ? inARow + 1 : 1;
      if (inWindow === 0) asFirst = 0;
      asFirst += inWindow === 0 || isSameAsFirstOfWindow ? 1 : 0;
      inWindow = inWindow + 1 === window ? 0 : inWindow + 1;
      failure ??= judge();
      return failure === undefined;
    },
    failure: () => failure,
  };
};
