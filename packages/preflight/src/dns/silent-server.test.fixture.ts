// Run as a process of its own, that ends when nothing is open any more: `node silent-server.test.fixture.ts <name server>`.
import { Lookups } from './lookups.ts'
import { wholeTimeResolver } from './whole-time-resolver.ts'

const [, , server = ''] = process.argv
const dnsTimeoutMs = 50
const lookups = new Lookups({ resolver: wholeTimeResolver(dnsTimeoutMs, [server]), dnsTimeoutMs })
const answers = await Promise.all([lookups.txt('a.example'), lookups.mx('b.example')])
process.stdout.write(JSON.stringify(answers))
