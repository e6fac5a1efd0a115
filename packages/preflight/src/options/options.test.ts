import { describe, expect, it } from 'vitest'
import {
  checkAddress,
  checkDomain,
  checkListings,
  checkMessage,
  clamav,
  PreflightError,
  rdapLookup,
  readDmarcReports,
  rspamd,
  testPlacement,
} from '../index.ts'
import { mail } from '../message/mail.test.fixture.ts'

/** What JavaScript lets through. */
const any = (value: unknown): never => value as never
const message = (options: unknown): Promise<unknown> => checkMessage(mail(), any(options))
const domain = (options: unknown): Promise<unknown> => checkDomain('example.com', any(options))

const cases: readonly [call: () => unknown, error: string][] = [
  // Each is the whole message: what is expected, what was found, what to do.
  [
    () => message({ dnsTimeoutMs: -1 }),
    'checkMessage: dnsTimeoutMs must be a whole number of ms from 1 to 600000; found -1.',
  ],
  [
    () => message({ dnsTimoutMs: 5 }),
    'checkMessage has no option "dnsTimoutMs"; did you mean "dnsTimeoutMs"?',
  ],
  [() => message({ IP: '192.0.2.1' }), 'checkMessage has no option "IP"; did you mean "ip"?'],
  [
    () => message({ resolver: {} }),
    'checkMessage: resolver must be an object with resolve(name, type), such as new Resolver() of node:dns/promises; found an object.',
  ],
  [
    () => message({ ip: '192.0.2' }),
    'checkMessage: ip must be an IP address such as 192.0.2.1; found "192.0.2".',
  ],
  [
    () => message({ ip: '' }),
    'checkMessage: ip must be an IP address such as 192.0.2.1; found an empty text.',
  ],
  [
    () => message({ returnPath: 'bounces@' }),
    'checkMessage: returnPath must be an address such as bounces@example.com, or its domain; found "bounces@".',
  ],
  [
    () => message({ willSign: {} }),
    'checkMessage: willSign must be a list of signers, as { domain, selector }; found an object.',
  ],
  [
    () => message({ willSign: ['s1'] }),
    'checkMessage: willSign[0] must be an object with domain, selector; found "s1".',
  ],
  [
    () => message({ willSign: [{ domain: 'example.com' }] }),
    'checkMessage: willSign[0].selector is missing; give domain, selector.',
  ],
  [
    () => message({ willSign: [{ domain: 'example.com', selektor: 's1' }] }),
    'checkMessage: willSign[0] has no option "selektor"; did you mean "selector"?',
  ],
  [
    () => message({ willSign: [{ domain: 'example.com', selector: 's 1' }] }),
    'checkMessage: willSign[0].selector must be a DKIM selector such as s1; found "s 1".',
  ],
  [
    () => message({ authentication: 'no' }),
    'checkMessage: authentication must be true or false; found "no".',
  ],
  [() => message({ bulk: 1 }), 'checkMessage: bulk must be true or false; found 1.'],
  [
    () => message({ brands: [{ names: 'Example', domains: [] }] }),
    'checkMessage: brands[0].names must be a list of names; found "Example".',
  ],
  [
    () => message({ previousLinkHosts: 'example.com' }),
    'checkMessage: previousLinkHosts must be a list of hosts; found "example.com".',
  ],
  [() => message({ domainAge: true }), 'checkMessage: domainAge must be a function; found true.'],
  [
    () => message({ scanners: [1] }),
    'checkMessage: scanners[0] must be clamav(), rspamd() or an object with name and scan(message); found 1.',
  ],
  [
    () => message({ scanners: [{ scan: () => [] }] }),
    'checkMessage: scanners[0].name must be a text; found undefined.',
  ],
  [
    () => message({ scanners: clamav() }),
    'checkMessage: scanners must be a list of scanners; found an object.',
  ],
  [() => message({ clock: 5 }), 'checkMessage: clock must be a function; found 5.'],
  [
    () => message({ clock: () => new Date(0) }),
    'checkMessage: clock() must be ms since the epoch; found an object.',
  ],
  [() => message([]), 'checkMessage: the options must be an object with resolver, '],
  [() => message(null), 'checkMessage: the options must be an object with resolver, '],
  [
    () => checkMessage(any('text')),
    'checkMessage: the message must be bytes (for a text Buffer.from(text)), ',
  ],
  [() => checkMessage({ file: any(5) }), 'checkMessage: file must be a path; found 5.'],

  [
    () => checkDomain(any(undefined)),
    'checkDomain: the domain must be a domain such as example.com; found undefined.',
  ],
  [
    () => checkDomain('192.0.2'),
    'checkDomain: the domain must be a domain such as example.com; found "192.0.2".',
  ],
  [() => domain({ ips: '192.0.2.1' }), 'checkDomain: ips must be a list of IP addresses; found "192.0.2.1".'],
  [
    () => domain({ ips: ['192.0.2.1', '192.0.2'] }),
    'checkDomain: ips[1] must be an IP address such as 192.0.2.1; found "192.0.2".',
  ],
  [() => domain({ selector: 's1' }), 'checkDomain has no option "selector"; did you mean "selectors"?'],
  [
    () => domain({ selectors: [''] }),
    'checkDomain: selectors[0] must be a DKIM selector such as s1; found an empty text.',
  ],
  [() => domain({ helo: 1 }), 'checkDomain: helo must be a host name, not empty; found 1.'],
  [() => domain({ bimi: true }), 'checkDomain: bimi must be false; found true.'],
  [() => domain({ bimi: { fetch: true } }), 'checkDomain: bimi.fetch must be false; found true.'],
  [
    () => domain({ bimi: { issuers: 'PEM' } }),
    'checkDomain: bimi.issuers must be a list of certificates in PEM; found "PEM".',
  ],
  [() => domain({ tls: {} }), 'checkDomain: tls.host is missing; give host.'],
  [
    () => domain({ tls: { host: 'localhost', port: 0 } }),
    'checkDomain: tls.port must be a whole number from 1 to 65535; found 0.',
  ],
  [
    () => domain({ tls: 'localhost' }),
    'checkDomain: tls must be an object with host, port, timeoutMs, ca; found "localhost".',
  ],

  [
    () => checkListings(any('192.0.2.1')),
    'checkListings: ips must be a list of IP addresses; found "192.0.2.1".',
  ],
  [
    () => checkListings([], any('example.com')),
    'checkListings: domains must be a list of domains; found "example.com".',
  ],
  [
    () => checkListings([], [], any({ dqsKey: 'secret key' })),
    'checkListings: dqsKey must be 10 to 60 letters and digits, as Spamhaus gave it to you; found "string".',
  ],
  [
    () => checkListings([], [], any({ dqs: 'x' })),
    'checkListings has no option "dqs"; expected one of resolver, dnsTimeoutMs, dqsKey.',
  ],

  [
    () => checkAddress(any(undefined)),
    'checkAddress: the address must be the text that was typed; found undefined.',
  ],
  [
    () => checkAddress('anna@icloud.com', any({ engine: {} })),
    'checkAddress: engine must be an engine, as createEngine() makes it; found an object.',
  ],

  [
    () => readDmarcReports(any(undefined)),
    'readDmarcReports: sources[0] must be a path, the bytes of a file, or { account } of a mailbox; found undefined.',
  ],
  [
    () => readDmarcReports(['a.xml', any(1)]),
    'readDmarcReports: sources[1] must be a path, the bytes of a file, or { account } of a mailbox; found 1.',
  ],

  [() => clamav({ port: 70_000 }), 'clamav: port must be a whole number from 1 to 65535; found 70000.'],
  [() => clamav(any({ sock: '/run' })), 'clamav has no option "sock"; did you mean "socket"?'],
  [() => rspamd(any({})), 'rspamd: url is missing; give url.'],
  [
    () => rspamd({ url: 'localhost:11333' }),
    'rspamd: url must be an address that begins with http:// or https://; found "localhost:11333".',
  ],
  [
    () => rspamd({ url: 'http://127.0.0.1', password: any(5) }),
    'rspamd: password must be the password of the worker, not empty; found "number".',
  ],
  [
    () => rdapLookup({ timeoutMs: Infinity }),
    'rdapLookup: timeoutMs must be a whole number of ms from 1 to 600000; found Infinity.',
  ],
]

const seed = { address: 'seed@icloud.com', password: 'secret' }
const placement = {
  seeds: [seed],
  mail: { from: 'news@example.com' },
  send: async () => undefined,
  engine: { takeSeedTurn: () => undefined, recordPlacement: () => undefined },
}
const placementCases: typeof cases = [
  [
    () => testPlacement(any({ ...placement, seed: [] })),
    'testPlacement has no option "seed"; did you mean "seeds"?',
  ],
  [() => testPlacement(any({ ...placement, seeds: [] })), 'testPlacement: seeds must be 1 to 50; found 0.'],
  [
    () => testPlacement(any({ ...placement, seeds: [{ ...seed, password: 5 }] })),
    'testPlacement: seeds[0].password must be a password, in one line.',
  ],
  [
    () => testPlacement(any({ ...placement, mail: { to: 'anna@icloud.com' } })),
    'testPlacement: mail.to must be left out, as the mail goes to the seed alone; found "anna@icloud.com".',
  ],
  [
    () => testPlacement(any({ ...placement, send: {} })),
    'testPlacement: send must be a Nodemailer transporter or a function; found an object.',
  ],
  [
    () => testPlacement(any({ ...placement, waitMs: 5 })),
    'testPlacement: waitMs must be a whole number of ms from 1000 to 3600000; found 5.',
  ],
  [
    () => testPlacement(any({ ...placement, engine: undefined })),
    'testPlacement: engine is missing; give seeds, ',
  ],
]

describe('what cannot be right', () => {
  it.each([...cases, ...placementCases].map(([call, error]) => ({ call, error })))(
    '$error',
    async ({ call, error }) => {
      const thrown = await (async () => call())().then(
        () => null,
        (reason: unknown) => reason,
      )
      expect(thrown).toBeInstanceOf(PreflightError)
      expect(thrown).toMatchObject({ code: 'EARGUMENT' })
      expect((thrown as Error).message).toContain(error)
    },
  )
})

it('lets an option be undefined, as if it were not there', async () => {
  const options = { ip: undefined, scanners: undefined, clock: undefined, authentication: false }
  await expect(message(options)).resolves.toBeDefined()
})
