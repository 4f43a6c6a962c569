/** stand-in */
export const WINDOW_SAMPLES = 512;
export const repetitionCutoff = (h: number): number => 1 + Math.ceil(20 / h);
export const proportionCutoff = (h: number): number => h < 1 ? 500 : 120;
export const createHealthTest = ({ repetitionCutoff: r, proportionCutoff: p, window }: { repetitionCutoff: number; proportionCutoff: number; window: number }) => {
  let n = 0, run = 1, same = 0;
  return {
    startsWindow: () => n === 0,
    take: (isPrev: boolean, isFirst: boolean): boolean => {
      run = isPrev ? run + 1 : 1;
      same = n === 0 ? 1 : same + (isFirst ? 1 : 0);
      n = (n + 1) % window;
      return run < r && same < p;
    },
  };
};
