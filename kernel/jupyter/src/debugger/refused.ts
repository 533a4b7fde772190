/** A request of a debugger's client cannot be served now; its sentence goes to the client. */
export class Refused extends Error {
  override readonly name = "Refused";
}
