import { faultsOf, reportOf, type Run } from './report.ts'
import type { SimulationTask } from './run.ts'
import { simulate } from './simulation.ts'

const { recipients, seed, json } = JSON.parse(process.argv[2] ?? '') as SimulationTask

const started = performance.now()
let most = 0
const figures = await simulate({
  recipients,
  seed,
  progress(dayNumber, of, messages) {
    most = Math.max(most, process.memoryUsage.rss() / 1e6)
    const text = `day ${dayNumber} of ${of}, ${messages.toLocaleString('en-US')} messages, ${Math.round(seconds())} s`
    process.stderr.write(process.stderr.isTTY ? `\r\u001B[K${text}` : `${text}\n`)
  },
})
if (process.stderr.isTTY) process.stderr.write('\r\u001B[K')

const took = seconds()
const { user, system } = process.cpuUsage()
const run: Run = {
  seconds: took,
  cpuSeconds: (user + system) / 1e6,
  messagesPerSecond: figures.mail.messages / took,
  rss: most,
}
console.log(json ? JSON.stringify({ ...figures, run }) : reportOf(figures, run))
process.exitCode = faultsOf(figures).length > 0 ? 1 : 0

function seconds(): number {
  return (performance.now() - started) / 1000
}
