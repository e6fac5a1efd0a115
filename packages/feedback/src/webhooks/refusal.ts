/** Why a request is not taken. The codes are stable. */
export type RefusalCode =
  | 'ETOOLARGE'
  | 'ESIGNATURE'
  | 'ETIMESTAMP'
  | 'EREPLAYED'
  | 'ETOPIC'
  | 'EPAYLOAD'
  | 'EUNAVAILABLE'

type Status = 400 | 401 | 413 | 503

const statuses: Readonly<Record<RefusalCode, Status>> = {
  ETOOLARGE: 413,
  ESIGNATURE: 401,
  ETIMESTAMP: 401,
  EREPLAYED: 401,
  ETOPIC: 401,
  EPAYLOAD: 400,
  EUNAVAILABLE: 503,
}

/** Ends a request without a change. The message is for the operator's log: the answer holds the code alone. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: RefusalCode

  constructor(code: RefusalCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  /** HTTP status. */
  get status(): Status {
    return statuses[this.code]
  }
}
