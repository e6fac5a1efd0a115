/** What DNS said: `none` is an answer ("no such record"), `no-answer` is none (time-out, SERVFAIL, refused). */
export type Answer<T> =
  | { kind: 'records'; records: readonly T[] }
  | { kind: 'none' }
  | { kind: 'no-answer'; why: string }
