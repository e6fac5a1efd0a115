/**
 * The source of a Haraka plugin that is loaded with and without ours. It sends all mail to the sink, where no other
 * plugin did before, tells the parent process the CPU time that Haraka took, and, when asked to `park`, hands Haraka so
 * many queued messages and tells the longest time for which the process stood still, and its memory. When asked to `hold` so
 * many, it says `held` as soon as all of them are deferred, and tells the longest time that their waking took; without our
 * plugin, which does it by a hold, it defers and wakes them itself.
 */
export function benchPlugin(sinkPort: number): string {
  return `
const fs = require('node:fs/promises')
const { setImmediate: turn } = require('node:timers/promises')
require('node:v8').setFlagsFromString('--expose-gc')
const collect = require('node:vm').runInNewContext('gc')

exports.register = function () {
  process.on('message', ({ park, hold, deferred }) => {
    if (park === undefined && hold === undefined) return process.send(process.cpuUsage())
    const asked = park === undefined ? wakeMany(this, hold, deferred) : parkMany(this, park)
    asked.then((found) => process.send(found), (error) => process.send({ error: String(error) }))
  })
  process.on('disconnect', () => process.exit())
}
let defers = false
exports.hook_send_email = (next) => (defers ? next(DELAY, 3600) : next())
exports.hook_get_mx = (next) => next(OK, { exchange: '127.0.0.1', port: ${sinkPort}, priority: 0 })

// CPU time of this thread: on a busy machine a process stands still also when others have their turn.
const cpuMs = () => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
let longest = 0
let last = 0
function watch() {
  last = cpuMs()
  return setInterval(() => {
    const now = cpuMs()
    longest = Math.max(longest, now - last)
    last = now
  }, 1)
}
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function wakeMany(plugin, count, deferred) {
  const outbound = plugin.haraka_require('outbound')
  defers = deferred
  await queueMany(outbound, count)
  while (outbound.temp_fail_queue.length() < count) await pause(100)
  defers = false
  process.send('held')
  longest = 0
  const beat = watch()
  if (deferred) await outbound.flush_queue()
  while (outbound.temp_fail_queue.length() > 0) await pause(100)
  // Until there is nothing more to do.
  for (let before = -Infinity; cpuMs() - before > 100; ) {
    before = cpuMs()
    await pause(1000)
  }
  clearInterval(beat)
  return { longestMs: longest, eachBytes: 0 }
}

async function queueMany(outbound, count) {
  const queue = process.env.HARAKA + '/queue/'
  const todo = {
    queue_time: Date.now(),
    domain: 'icloud.com',
    rcpt_to: [{ original: '<anna@icloud.com>', original_host: 'icloud.com', host: 'icloud.com', user: 'anna' }],
    mail_from: { original: '<shop@example.com>', original_host: 'example.com', host: 'example.com', user: 'shop' },
    notes: { icloud: { stream: 'marketing', relaying: true, from: 'example.com', submitter: '127.0.0.1' } },
    uuid: 'B0000000-0000-4000-8000-000000000000.1.1',
  }
  const json = Buffer.from(JSON.stringify(todo))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(json.length)
  const first = process.env.HARAKA + '/first'
  await fs.writeFile(first, Buffer.concat([length, json, Buffer.from('Subject: Hello\\r\\n\\r\\nHow are you?\\r\\n')]))
  for (let made = 0; made < count; ) {
    const some = []
    for (const end = Math.min(count, made + 10); made < end; made++) {
      const name = outbound.qfile.name()
      some.push(
        fs.link(first, queue + name).then(() => new Promise((resolve) => {
          const hmail = new outbound.HMailItem(name, queue + name)
          hmail.once('ready', () => resolve(outbound.delivery_queue.push(hmail)))
        })),
      )
    }
    await Promise.all(some)
    await turn()
  }
}

async function parkMany(plugin, count) {
  const outbound = plugin.haraka_require('outbound')
  collect()
  const rssBefore = process.memoryUsage().rss
  longest = 0
  const beat = watch()
  await queueMany(outbound, count)
  // Without our plugin messages wait there.
  for (let before = -1; before !== outbound.delivery_queue.length(); ) {
    before = outbound.delivery_queue.length()
    await pause(500)
  }
  const whileParking = longest
  longest = 0
  // All that is deferred is tried again, as SIGHUP does.
  last = cpuMs()
  await outbound.flush_queue()
  await pause(3000)
  clearInterval(beat)
  collect()
  const rss = process.memoryUsage().rss
  return { longestMs: Math.max(whileParking, longest), eachBytes: (rss - rssBefore) / count, rss }
}
`
}
