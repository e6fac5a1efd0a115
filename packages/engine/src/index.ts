export type {
  AcceptedAction,
  Action,
  GiveUpAction,
  HoldRef,
  PassAction,
  SuppressAction,
  WaitAction,
} from './action.ts'
export type {
  Admission,
  AdmitRequest,
  ExpiredAdmission,
  SendAdmission,
  SuppressedAdmission,
  WaitAdmission,
} from './admission.ts'
export type { Attempt, Decision, Effect } from './attempt.ts'
export { createEngine } from './create-engine.ts'
export type { EngineOptions } from './create-engine.ts'
export { decide } from './decide.ts'
export { decideNoReply } from './decide-no-reply.ts'
export { EngineError } from './errors.ts'
export type { EngineErrorCode } from './errors.ts'
export type { AddressRecord, Clock, Engine, EngineEvents, Hold, Logger } from './engine.ts'
export type { Change, Entry, Ledger, LedgerEvent, StoredEvent } from './ledger.ts'
export { memoryLedger } from './memory-ledger.ts'
export { openLedger } from './open-ledger.ts'
export type { Hop, Outcome, RecordRequest, Subject } from './outcome.ts'
export { defaultPolicy } from './policy.ts'
export type { HoldPolicy, Policy, RulePolicy, SuppressPolicy } from './policy.ts'
export { resolvePolicy } from './policy-check.ts'
export type { PolicyOptions } from './policy-check.ts'
export { scalePolicy } from './scale-policy.ts'
export { sqliteLedger } from './sqlite-ledger.ts'
export type {
  MessageState,
  ProbeLease,
  RecipientState,
  ScopeState,
  SoftBounces,
  State,
  StoredHold,
} from './state.ts'
export type { Route } from './subject.ts'
export type { Suppression, SuppressionOrigin } from './suppression.ts'
