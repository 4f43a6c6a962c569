/** What devices sign of themselves, asked for and verified. */
export {
  type Attested,
  type AttestationRequest,
  checkAttestation,
  type ExpectedDevice,
} from "./attestation.ts";
export { askAttestation, type AskedAttestation, type AttestationOptions } from "./asking.ts";
