/**
 * A schema's form as data: what a reader of another notation needs to walk a value beside its
 * schema. From it come the JSON that people write and the JSON Schema that helps them.
 */

/** A member of a map. */
export interface MemberForm {
  /** On the wire. */
  readonly key: number;
  readonly name: string;
  readonly isOptional: boolean;
  /** What it means to who writes it, where its name does not say. */
  readonly says?: string;
  /** Logs and transcripts do not tell it. */
  readonly isSecret?: boolean;
  readonly form: Form;
}

/** What a schema describes. */
export type Form =
  | { readonly kind: "uint"; readonly maximum: number }
  | { readonly kind: "bool" }
  /** Bytes of UTF-8. */
  | { readonly kind: "text"; readonly maximum: number }
  | { readonly kind: "bytes"; readonly minimum: number; readonly maximum: number }
  | { readonly kind: "choice"; readonly values: readonly string[] }
  /** Of a set the order means nothing. */
  | {
      readonly kind: "list";
      readonly item: Form;
      readonly maximum: number;
      readonly isSet: boolean;
    }
  | { readonly kind: "map"; readonly members: readonly MemberForm[] }
  /** What nobody writes by hand. */
  | { readonly kind: "other" };

/** The form of what nobody writes by hand. */
export const OTHER: Form = { kind: "other" };
