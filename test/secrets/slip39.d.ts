/** The dev dependency `slip39` comes without types: what the tests ask of it. */
declare module "slip39" {
  interface Slip39Node {
    readonly mnemonics: readonly string[];
  }
  interface Slip39 {
    readonly root: Slip39Node;
  }
  interface Slip39Settings {
    readonly passphrase?: string;
    readonly threshold?: number;
    readonly groups?: readonly (readonly [number, number, string])[];
    readonly extendableBackupFlag?: number;
    readonly iterationExponent?: number;
  }
  const slip39: {
    readonly fromArray: (secret: readonly number[], settings: Slip39Settings) => Slip39;
    readonly recoverSecret: (mnemonics: readonly string[], passphrase: string) => readonly number[];
  };
  export = slip39;
}

declare module "slip39/src/slip39_helper.js" {
  const helper: {
    readonly WORD_LIST: readonly string[];
    readonly crypt: (
      secret: readonly number[],
      passphrase: string,
      iterationExponent: number,
      identifier: readonly number[],
      extendable: number,
      encrypt: boolean,
    ) => readonly number[];
  };
  export = helper;
}
