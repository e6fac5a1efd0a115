// Preloaded into the snippets of the READMEs: whatever they resolve is on loopback, and SMTP goes to the simulator.
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'

const smtpPorts = new Set([25, 465, 587])
const simulator = Number(process.env.SNIPPET_SMTP_PORT)

const answer =
  (value) =>
  (_name, ...rest) =>
    rest.at(-1)(null, value)
Object.assign(dns, { resolve4: answer(['127.0.0.1']), resolve6: answer([]), resolveMx: answer([]) })
dns.lookup = (_name, ...rest) =>
  rest[0]?.all ? rest.at(-1)(null, [{ address: '127.0.0.1', family: 4 }]) : rest.at(-1)(null, '127.0.0.1', 4)
Object.assign(dns.promises, {
  resolveMx: async () => [],
  resolve4: async () => ['127.0.0.1'],
  resolve6: async () => [],
  lookup: async () => ({ address: '127.0.0.1', family: 4 }),
})

// oxlint-disable-next-line typescript/unbound-method -- it is called with its socket below
const connect = net.Socket.prototype.connect
net.Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args
  if (typeof options === 'object' && smtpPorts.has(Number(options.port))) {
    options.port = simulator
    options.host = '127.0.0.1'
  }
  return connect.apply(this, args)
}
syncBuiltinESMExports()
