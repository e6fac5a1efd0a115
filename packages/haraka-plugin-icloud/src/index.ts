import cluster from 'node:cluster'
import constants from 'haraka-constants'
import { guardMail } from './admit.ts'
import { dropSuppressed, knownApple } from './before-queue.ts'
import { checkMail } from './check-mail.ts'
import { withDeadline } from './deadline.ts'
import { fatesOf, type Judge } from './fates.ts'
import { guarded } from './guarded.ts'
import { appointHeirs } from './heirs.ts'
import type {
  Address,
  BounceError,
  Connection,
  DeferredParams,
  DeliveredParams,
  HMail,
  Next,
  Plugin,
  Todo,
  Transaction,
} from './haraka.ts'
import { forgetResults } from './hmail-results.ts'
import { noteMail } from './mail-notes.ts'
import { isUnrenamed, keepUnrenamed } from './requeue.ts'
import { createRuntime, type Runtime } from './runtime.ts'
import { laneOf, returnPathOf, takeReplies } from './seen.ts'
import { budgetOf, obeyBounce, obeyDeferred, settleBounce, settleDeferred, type Fate } from './settle.ts'
import { answerBounce } from './answer-bounce.ts'
import { answerRcpt, isAskedAtRcpt } from './rcpt.ts'
import { subjectOf } from './subject.ts'
import { LEDGER_WAIT } from './waits.ts'

/** How long a message waits that goes on for one recipient alone, in ms, before `[policy] time_scale`. */
const ALONE = 300_000

export type { PreflightFinding, FindingSeverity } from './findings.ts'
export type { Preflight, PreflightEnvelope } from './preflight.ts'

const runtimes = new WeakMap<Plugin, Runtime>()

/** Called by Haraka when it loads the plugin, in the master and in each worker. */
export function register(this: Plugin): void {
  // Haraka's own time-out answers DENYSOFT, which deletes mail in `bounce` and loses it in `deferred`.
  this.timeout = 0
  const runtime = createRuntime(this)
  runtimes.set(this, runtime)
  // First, as whoever answers OK ends the asking.
  this.register_hook('rcpt', 'answer_rcpt', -100)
  this.register_hook('data_post', 'note_mail')
  // Behind those that sign. Denials of this hook are the ones that karma does not take back.
  this.register_hook('queue_outbound', 'check_mail', 50)
  this.register_hook('pre_send_trans_email', 'before_queue')
  this.register_hook('send_email', 'before_attempt')
  if (runtime.settings.testing.mx.length > 0) this.register_hook('get_mx', 'stand_in_for_apple', -100)
  // First, so that no other plugin counts a bounce or a deferral that is turned into something else.
  this.register_hook('deferred', 'after_deferral', -100)
  this.register_hook('bounce', 'after_bounce', -100)
  this.register_hook('delivered', 'after_delivery')
  this.register_hook('init_master', 'prepare_haraka')
  this.register_hook('init_child', 'prepare_haraka')
  this.register_hook('init_master', 'serve_metrics')
}

/** init_master, init_child */
export function prepare_haraka(this: Plugin, next: Next): void {
  runtimeOf(this).prepareHaraka()
  if (cluster.isPrimary) {
    runtimeOf(this).mendSplits(null)
    appointHeirs((pid) => runtimeOf(this).mendSplits(pid))
    runtimeOf(this).tryLedger()
  }
  // Not waited for: Haraka takes mail already, and a single process reads its queue after this hook. What has come in by then
  // would be in it and be sent twice.
  void runtimeOf(this).preflight.load()
  next()
}

/** Called by Haraka before a worker is replaced, and, with `graceful_shutdown` in smtp.ini, before it ends. */
export function shutdown(this: Plugin): void {
  const { engine, preflight, turns, error } = runtimeOf(this)
  preflight.stop()
  turns
    .close()
    .then(() => engine.close())
    .catch((reason: unknown) => error(`shutting down: ${String(reason)}`))
}

/** init_master, where there are workers, and where there are none */
export function serve_metrics(this: Plugin, next: Next): void {
  runtimeOf(this).metrics.serve()
  next()
}

/** rcpt */
export function answer_rcpt(
  this: Plugin,
  next: Next,
  connection: Connection,
  [recipient]: readonly [Address],
): void {
  const runtime = runtimeOf(this)
  if (answerBounce(runtime, next, recipient)) return
  if (!isAskedAtRcpt(runtime, connection)) return next()
  guarded(this, 'rcpt', next, (done) => answerRcpt(runtime, done, connection, recipient))
}

/** data_post */
export function note_mail(this: Plugin, next: Next, connection: Connection): void {
  noteMail(this, connection, runtimeOf(this).settings)
  next()
}

/** queue_outbound */
export function check_mail(this: Plugin, next: Next, connection: Connection): void {
  const runtime = runtimeOf(this)
  if (!connection.relaying || !runtime.preflight.isOn) return next()
  guarded(this, 'queue_outbound', next, (done) => checkMail(runtime, done, connection))
}

/** pre_send_trans_email */
export function before_queue(this: Plugin, next: Next, { transaction }: { transaction: Transaction }): void {
  const runtime = runtimeOf(this)
  const recipients = knownApple(runtime, transaction)
  if (recipients.length === 0) return next()
  guarded(this, 'pre_send_trans_email', next, async (done) => {
    await dropSuppressed(runtime, transaction, recipients)
    done()
  })
}

/** send_email */
export function before_attempt(this: Plugin, next: Next, hmail: HMail): void {
  const runtime = runtimeOf(this)
  runtime.parked.delete(hmail)
  forgetResults(hmail)
  const isApple = runtime.destinations.isApple(hmail.todo?.domain ?? '')
  if (isApple === true) guardMail(runtime, hmail)
  if (typeof isApple === 'boolean') return next()
  guarded(this, 'send_email', next, async (done) => {
    if (await isApple) guardMail(runtime, hmail)
    done()
  })
}

/** get_mx, in tests only */
export function stand_in_for_apple(this: Plugin, next: Next, _hmail: HMail, domain: string): void {
  const { destinations, settings } = runtimeOf(this)
  const answer = (isApple: boolean, done: Next): void => {
    if (!isApple) return done()
    const stands = settings.testing.mx.map(({ exchange, port }, priority) => ({ exchange, port, priority }))
    done(constants.ok, stands)
  }
  const isApple = destinations.isApple(domain)
  if (typeof isApple === 'boolean') return answer(isApple, next)
  guarded(this, 'get_mx', next, async (done) => answer(await isApple, done))
}

/** deferred */
export function after_deferral(this: Plugin, next: Next, hmail: HMail, params: DeferredParams): void {
  const { todo } = hmail
  if (obeyDeferred(next, hmail, params)) return
  const replies = takeReplies(hmail, params, runtimeOf(this).whoAnswers, runtimeOf(this).warnUntapped)
  if (!todo || !replies) return next()
  guarded(this, 'deferred', next, async (done) => {
    const fates = await fatesOf(todo, replies, judgeOf(runtimeOf(this), hmail, todo, { kind: 'host' }))
    await settleDeferred(runtimeOf(this), done, hmail, params, fates)
  })
}

/** bounce */
export function after_bounce(this: Plugin, next: Next, hmail: HMail, error: BounceError): void {
  const { todo } = hmail
  const runtime = runtimeOf(this)
  runtime.parked.delete(hmail)
  if (obeyBounce(next, hmail)) return
  if (isUnrenamed(hmail, error))
    return guarded(this, 'bounce', next, (done) => keepUnrenamed(runtime, done, hmail))
  const replies = takeReplies(hmail, error, runtime.whoAnswers, runtime.warnUntapped)
  if (!todo || !replies) return next()
  guarded(this, 'bounce', next, async (done) => {
    const fates = await fatesOf(todo, replies, judgeOf(runtimeOf(this), hmail, todo, nextInterval(hmail)))
    await settleBounce(runtimeOf(this), done, hmail, error, fates)
  })
}

/** delivered */
export function after_delivery(this: Plugin, next: Next, hmail: HMail, params: DeliveredParams): void {
  const { todo } = hmail
  const [host, ip, response, , port, , accepted] = params
  // Not waited for: the file of a delivered message should go away at once, lest a crash sends it twice.
  next()
  if (!todo || !accepted.some((recipient) => laneOf(recipient) !== null)) return
  const { engine, metrics, settings, whoAnswers } = runtimeOf(this)
  const subject = subjectOf(todo, settings)
  const { direct } = whoAnswers({ exchange: ip, port, from_dns: host })
  for (const recipient of accepted) {
    const recorded = engine.record({
      recipient: recipient.address,
      ...subject,
      sender: returnPathOf(recipient) ?? subject.sender,
      lane: laneOf(recipient) ?? subject.lane,
      hop: direct ? 'direct' : 'relay',
      messageId: todo.uuid,
      acceptedAt: todo.queue_time,
      outcome: { kind: 'delivered', text: `250 ${response}` },
    })
    metrics.decided({ action: direct ? 'delivered' : 'handed-over', rule: null, stream: subject.stream })
    recorded.catch((error: unknown) => this.logerror(`delivered: ${String(error)}`))
  }
}

function judgeOf(runtime: Runtime, hmail: HMail, todo: Todo, unasked: Fate): Judge {
  const { engine, plugin, settings } = runtime
  return {
    record: (request) => withDeadline(engine.record(request), LEDGER_WAIT, 'The engine'),
    subject: subjectOf(todo, settings),
    aloneMs: ALONE * settings.timeScale,
    longestParkMs: runtime.longestParkMs,
    unasked,
    decided: (decision) => runtime.decided(decision, hmail),
    error: (message) => plugin.logerror(message),
    clock: Date.now,
  }
}

/** What Haraka does with a temporary failure: wait for its next interval, as long as there is one. */
function nextInterval(hmail: HMail): Fate {
  const seconds =
    hmail.num_failures < budgetOf(hmail) ? hmail.cfg.temp_fail_intervals[hmail.num_failures] : undefined
  if (seconds === undefined) return { kind: 'host' }
  return { kind: 'later', ms: seconds * 1000, why: 'Put off', counted: true }
}

function runtimeOf(plugin: Plugin): Runtime {
  const runtime = runtimes.get(plugin)
  if (!runtime) throw new Error('haraka-plugin-icloud: a hook ran before register()')
  return runtime
}
