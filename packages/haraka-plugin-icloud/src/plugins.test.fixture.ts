/** Logs refusals of plugins before any other plugin can answer to them. */
export const spy = `
exports.register = function () { this.register_hook('deny', 'see_deny', -100) }
exports.see_deny = function (next, object, params) { this.logwarn('SPY deny ' + params[2]); next() }
`

/**
 * Parks mail to a local part, and logs it, while the file gate-<local part> is in Haraka's directory. Local parts that
 * begin with "latch" get such a file when they are deferred.
 */
export const gate = `
const fs = require('node:fs')
const fileOf = (rcpt) => process.env.HARAKA + '/gate-' + rcpt.user
exports.hook_send_email = function (next, hmail) {
  const shut = hmail.todo.rcpt_to.filter((rcpt) => fs.existsSync(fileOf(rcpt)))
  if (shut.length === 0) return next()
  for (const rcpt of shut) this.logwarn('GATE ' + rcpt.address)
  next(DELAY, 0.1)
}
exports.hook_deferred = (next, hmail) => {
  for (const rcpt of hmail.todo.rcpt_to) if (rcpt.user.startsWith('latch')) fs.writeFileSync(fileOf(rcpt), '')
  next()
}
`

/** Sends mail from smart@example.com to the host that config/smart_host names. */
export const smartHost = `
exports.register = function () { this.register_hook('get_mx', 'smart', -200) }
exports.smart = function (next, hmail) {
  if (hmail.todo.mail_from.user !== 'smart') return next()
  next(OK, this.config.get('smart_host'))
}
`

/** Shortens Haraka's own intervals, of which five seconds is the least. */
export const hurry = `
exports.hook_deferred = (next, hmail, params) => {
  if (/Tried all MXs/.test(params.err)) params.delay = 0.1
  next()
}
`

/** An hour passes whenever a message is put off, whatever the clock of the machine says; before its first try none does. */
const hoursPass = `
// Haraka's, and not the one of its plugins.
const clock = require('node:vm').runInThisContext('Date')
const { now } = clock
let ahead = 0
clock.now = () => now() + ahead
exports.hook_deferred = (next) => {
  ahead += 3_600_000
  next()
}
`

/** For `setStage`: mail of the stream marketing gets too old with it, and no other. */
export const fiveHours: { ownPlugins: Record<string, string>; config: Record<string, string> } = {
  ownPlugins: { hoursPass },
  config: { 'icloud_policy.json': JSON.stringify({ maxAgeSeconds: { '*': 8_640_000, marketing: 17_000 } }) },
}

/** Says that a process was told to shut down, which plugins that are loaded later hear at the same time. */
export const shutdownTold = `
exports.shutdown = function () { this.logwarn('SHUTDOWN') }
`

/** Makes hooks fail for mail from sabotage@example.com. */
export const saboteur = `
exports.hook_send_email = (next, hmail) => {
  if (hmail.todo.mail_from.user === 'sabotage') {
    Object.defineProperty(hmail.todo.mail_from, 'address', { get() { throw new Error('sabotaged') } })
  }
  next()
}
`

/** Keeps outbound connections from being listened to, as another version of Haraka might. */
export const sealed = `
exports.hook_send_email = (next, hmail) => {
  const value = hmail.try_deliver_host_on_socket
  Object.defineProperty(hmail, 'try_deliver_host_on_socket', { value, writable: false, configurable: true })
  next()
}
`

/** Has outbound connections go a way that is not listened to, which cannot be seen beforehand. */
export const deaf = `
exports.hook_send_email = (next, hmail) => {
  const value = hmail.try_deliver_host_on_socket
  Object.defineProperty(hmail, 'try_deliver_host_on_socket', { get: () => value, set() {}, configurable: true })
  next()
}
`

/** Keeps the queue file of mail to requeue10 from being renamed once, as a full disk might. */
export const brokenQueue = `
let broken = false
exports.hook_deferred = (next, hmail) => {
  if (!broken && hmail.todo.rcpt_to[0].user === 'requeue10') {
    broken = true
    const { filename } = hmail
    hmail.filename = filename.replace(/[^_]*$/, 'no/where')
    setImmediate(() => { hmail.filename = filename })
  }
  next()
}
`

/** Twice the message cannot be read for its bounce, as with too many open files. */
export const unreadable = `
const { PassThrough } = require('node:stream')
exports.hook_bounce = (next, hmail) => {
  const { data_stream } = hmail
  let left = 2
  hmail.data_stream = function () {
    if (left-- <= 0) return data_stream.call(this)
    return new PassThrough().destroy(Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' }))
  }
  next()
}
`

/**
 * A disk that is full for a while. Twice no queue file can be written for a part of a message from fulldisk@example.com,
 * and none for a bounce to it.
 */
export const fullDisk = `
const left = { part: 2, dsn: 2 }
exports.register = function () {
  const outbound = this.haraka_require('outbound')
  const { build_todo } = outbound
  outbound.build_todo = (todo, file, done) => {
    const kind = todo.mail_from.user === 'fulldisk' && todo.rcpt_to.length < 3 ? 'part'
      : todo.rcpt_to[0].user === 'fulldisk' ? 'dsn' : null
    if (!kind || left[kind]-- <= 0) return build_todo(todo, file, done)
    this.logwarn('FULL ' + kind)
    file.destroy(new Error('ENOSPC: no space left on device, write'))
  }
}
`

/**
 * A disk that is full as long as the file `full` is there: for parts of messages from stuck@example.com, and for bounces to it.
 */
export const stuckDisk = `
const fs = require('node:fs')
exports.register = function () {
  const outbound = this.haraka_require('outbound')
  const { build_todo } = outbound
  outbound.build_todo = (todo, file, done) => {
    const isPart = todo.mail_from.user === 'stuck' && todo.notes.icloud.partOf
    const isOurs = isPart || todo.rcpt_to[0].user === 'stuck'
    if (!isOurs || !fs.existsSync(process.env.HARAKA + '/full')) return build_todo(todo, file, done)
    file.destroy(new Error('ENOSPC: no space left on device, write'))
  }
}
`

/** Mail from stranger@example.org comes from a client that may not relay; it is taken and sent on, as an alias would be. */
export const forwarder = `
exports.hook_mail = (next, connection, [sender]) => {
  connection.relaying = sender.user !== 'stranger'
  next()
}
exports.hook_rcpt = (next) => next(OK)
exports.hook_queue = function (next, connection) {
  if (connection.relaying) return next()
  this.haraka_require('outbound').send_trans_email(connection.transaction, next)
}
`

/** Logs in whoever has the password "secret". */
export const login = `
exports.register = function () { this.inherits('auth/auth_base') }
exports.hook_capabilities = (next, connection) => {
  connection.capabilities.push('AUTH PLAIN')
  connection.notes.allowed_auth_methods = ['PLAIN']
  next()
}
exports.check_plain_passwd = (connection, user, password, done) => done(password === 'secret')
`

/** Logs the results of this plugin: of transactions, and of queued mail. */
export const resultsReader = `
const json = (results) => JSON.stringify(results && results.get('icloud'))
exports.register = function () {
  this.register_hook('queue_outbound', 'of_transaction', -100)
  this.register_hook('reset_transaction', 'of_transaction')
  this.register_hook('deferred', 'of_mail')
  this.register_hook('bounce', 'of_mail')
}
exports.of_transaction = function (next, connection) {
  if (connection.transaction) this.logwarn('RESULTS ' + json(connection.transaction.results))
  next()
}
exports.of_mail = function (next, hmail) {
  this.logwarn('RESULTS ' + json(hmail.results))
  next()
}
`

/** Makes a package one that is not installed. */
export const withoutPackage = (name: string): string => `
const Module = require('node:module')
const load = Module._load
Module._load = (id, ...rest) => {
  if (id === '${name}') throw Object.assign(new Error("Cannot find module '${name}'"), { code: 'MODULE_NOT_FOUND' })
  return load(id, ...rest)
}
`

/** The same for what is imported. */
export const withoutModule = (name: string): string => `
require('node:module').registerHooks({
  resolve(specifier, context, next) {
    if (specifier === '${name}') throw Object.assign(new Error("Cannot find package '${name}'"), { code: 'ERR_MODULE_NOT_FOUND' })
    return next(specifier, context)
  },
})
`

/**
 * For `setStage`: karma beside us, whose Redis is not there. It waits for that one when Haraka starts, and Haraka ends if it
 * waits for longer than its time-out; 0 would count as none, and be 30 s.
 */
export const karma = {
  plugins: ['karma'],
  config: { 'karma.timeout': '86400\n', 'redis.ini': '[server]\nhost=127.0.0.1\nport=1\n' },
} as const

/** Makes clients look as if they came from a public address: karma leaves others alone. */
export const fromAfar = `
exports.register = function () { this.register_hook('connect_init', 'move', -100) }
exports.move = (next, connection) => {
  connection.remote.is_private = false
  next()
}
`

/**
 * Kills the process without a word while a message is split: when as many parts as the file `kill-split` says are in the
 * queue, and the message itself is as well. Once: the file goes first.
 */
export const splitKiller = `
const fs = require('node:fs')
const { syncBuiltinESMExports } = require('node:module')
exports.register = function () {
  const { rename } = fs.promises
  const order = process.env.HARAKA + '/kill-split'
  let parts = 0
  const killAt = (count) => {
    if (!fs.existsSync(order) || Number(fs.readFileSync(order)) !== count) return
    fs.rmSync(order)
    process.kill(process.pid, 'SIGKILL')
    for (;;);
  }
  fs.promises.rename = async (from, to) => {
    await rename(from, to)
    if (fs.readFileSync(to, 'latin1').includes('partOf')) killAt(++parts)
  }
  syncBuiltinESMExports()
}
`

/** Takes its time after a delivery to good@, as what writes to a data base may: as long as the file `slow` is there. */
export const slowDelivered = `
const fs = require('node:fs')
exports.register = function () { this.register_hook('delivered', 'wait', -100) }
exports.wait = (next, hmail) => {
  if (!hmail.todo.rcpt_to.some(({ user }) => user === 'good')) return next()
  const look = () => fs.existsSync(process.env.HARAKA + '/slow') ? setTimeout(look, 25) : next()
  look()
}
`
