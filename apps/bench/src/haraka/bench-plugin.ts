/**
 * The source of a Haraka plugin that is loaded with and without ours: it sends all mail to the sink, where no other
 * plugin did before, and tells the parent process the CPU time that Haraka took.
 */
export function benchPlugin(sinkPort: number): string {
  return `
exports.register = function () {
  process.on('message', () => process.send(process.cpuUsage()))
  process.on('disconnect', () => process.exit())
}
exports.hook_get_mx = (next) => next(OK, { exchange: '127.0.0.1', port: ${sinkPort}, priority: 0 })
`
}
