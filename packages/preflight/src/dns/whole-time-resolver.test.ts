import { execFile } from 'node:child_process'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { dnsTimeoutMs, everywhere, startDnsServer, type Zone } from './dns-server.test.fixture.ts'
import { wholeTimeResolver } from './whole-time-resolver.ts'

it('waits for an answer for which a Resolver that had quick ones does not wait', async () => {
  let answer = (): void => {}
  const held = new Promise<Zone>((resolve) => (answer = () => resolve({ A: ['192.0.2.2'] })))
  await using dns = await startDnsServer({ 'quick.example': { A: ['192.0.2.1'] }, 'late.example': held })
  const options = { timeout: dnsTimeoutMs, maxTimeout: dnsTimeoutMs, tries: 1 }
  const usual = new Resolver(options)
  usual.setServers([dns.address])
  const patient = wholeTimeResolver(dnsTimeoutMs, [dns.address])
  for (const one of [usual, usual, usual, patient, patient, patient])
    expect(await one.resolve('quick.example', 'A')).toEqual(['192.0.2.1'])
  const late = patient.resolve('late.example', 'A')
  await expect(usual.resolve('late.example', 'A')).rejects.toMatchObject({ code: 'ETIMEOUT' })
  answer()
  expect(await late).toEqual(['192.0.2.2'])
})

it('says that there was no answer in time', async () => {
  await using dns = await startDnsServer(everywhere('silence'))
  await expect(wholeTimeResolver(50, [dns.address]).resolve('a.example', 'A')).rejects.toMatchObject({
    code: 'ETIMEOUT',
    message: 'A a.example: no answer within 50 ms',
  })
})

it('hears an answer that came in time, while the process was busy for longer', async () => {
  const answered = new Int32Array(new SharedArrayBuffer(4))
  const server = new Worker(answeringServer, { eval: true, workerData: answered })
  const [port] = (await once(server, 'message')) as [number]
  const asked = wholeTimeResolver(50, [`127.0.0.1:${port}`]).resolve('a.example', 'A')
  // Busy until the answer is there and its time is over.
  const start = performance.now()
  Atomics.wait(answered, 0, 0)
  while (performance.now() - start < 200);
  await expect(asked).rejects.toMatchObject({ code: 'ENODATA' })
  await server.terminate()
})

it('leaves nothing open that would keep the process alive', async () => {
  await using dns = await startDnsServer(everywhere('silence'))
  const script = fileURLToPath(new URL('silent-server.test.fixture.ts', import.meta.url))
  // c-ares itself would wait for an hour.
  const { stdout } = await promisify(execFile)(process.execPath, [script, dns.address], { timeout: 100_000 })
  const late = { kind: 'no-answer', why: 'no answer within 50 ms' }
  expect(JSON.parse(stdout)).toEqual([late, late])
})

/** A name server that goes on while this process is busy. It says that there is no record: that is the question, marked as an answer. */
const answeringServer = `
  const { createSocket } = require('node:dgram')
  const { parentPort, workerData } = require('node:worker_threads')
  const socket = createSocket('udp4')
  socket.on('message', (packet, { port, address }) => {
    packet.writeUInt16BE(0x8180, 2)
    socket.send(packet, port, address, () => {
      Atomics.store(workerData, 0, 1)
      Atomics.notify(workerData, 0)
    })
  })
  socket.bind(0, '127.0.0.1', () => parentPort.postMessage(socket.address().port))
`
