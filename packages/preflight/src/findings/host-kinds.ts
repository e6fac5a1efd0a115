import type { Kind } from './kind.ts'

type HostCode =
  | 'dns-no-answer'
  | 'ip-no-ptr'
  | 'ip-ptr-not-confirmed'
  | 'ip-ptr-generic'
  | 'ip-ptr-other-domain'
  | 'helo-not-found'
  | 'helo-not-a-name'
  | 'helo-other-ip'
  | 'return-path-not-found'
  | 'return-path-null-mx'
  | 'return-path-mx-not-found'
  | 'tls-not-offered'
  | 'tls-certificate'
  | 'tls-old'
  | 'tls-no-answer'

/** What can be wrong with the sending hosts. */
export const hostKinds: Readonly<Record<HostCode, Kind>> = {
  'dns-no-answer': {
    severity: 'unknown',
    risks: [],
    title: 'DNS gave no answer, so this could not be looked at',
    fix: 'Try again, then over another resolver (--dns, or resolver in code). If it lasts, look at the name servers of the zone: Apple may get no answer either',
  },
  'ip-no-ptr': {
    severity: 'error',
    risks: ['ip-rejected', 'not-accepting-connections', 'helo-not-found'],
    title: 'The sending IP has no reverse DNS',
    fix: 'Have the owner of the IP set a PTR record with a name of your domain',
  },
  'ip-ptr-not-confirmed': {
    severity: 'error',
    risks: ['ip-rejected', 'not-accepting-connections', 'helo-not-found'],
    title: 'The reverse DNS of the sending IP does not lead back to it',
    fix: 'Give the name in the PTR record an A or AAAA record with this IP',
  },
  'ip-ptr-generic': {
    severity: 'warning',
    risks: ['ip-rejected', 'spamhaus-block'],
    title: 'The reverse DNS of the sending IP looks like that of a dial-up or cloud default',
    fix: 'Set a name of your own, such as mail.example.com, or send over a relay',
  },
  'ip-ptr-other-domain': {
    severity: 'note',
    risks: ['policy-hm08'],
    title: 'The reverse DNS of the sending IP does not carry your domain, as Apple asks for',
    fix: 'Set a PTR record with a name of your domain, unless the IP is your provider’s and shared',
  },
  'helo-not-found': {
    severity: 'error',
    risks: ['helo-not-found'],
    title: 'The HELO name does not exist in DNS',
    fix: 'Say a name with an A or AAAA record in HELO, best the one of the reverse DNS',
  },
  'helo-not-a-name': {
    severity: 'error',
    risks: ['helo-not-found'],
    title: 'The HELO name is not a full host name',
    fix: 'Say a full host name such as mail.example.com in HELO',
  },
  'helo-other-ip': {
    severity: 'warning',
    risks: ['helo-not-found'],
    title: 'The HELO name leads to none of the sending IPs',
    fix: 'Give it an A or AAAA record with the sending IP',
  },
  'return-path-not-found': {
    severity: 'error',
    risks: ['sender-domain-not-found'],
    title: 'The return-path domain has neither MX nor address',
    fix: 'Give it an MX: bounces go there, and Apple refuses a sender domain that it cannot find',
  },
  'return-path-null-mx': {
    severity: 'error',
    risks: ['sender-domain-not-found'],
    title: 'The return-path domain says that it takes no mail (null MX)',
    fix: 'Use a domain that takes bounces',
  },
  'return-path-mx-not-found': {
    severity: 'error',
    risks: ['sender-domain-not-found'],
    title: 'The MX of the return-path domain does not exist in DNS',
    fix: 'Correct the MX record',
  },
  'tls-not-offered': {
    severity: 'warning',
    risks: [],
    title: 'The server does not offer STARTTLS',
    fix: 'Turn TLS on',
  },
  'tls-certificate': {
    severity: 'warning',
    risks: [],
    title: 'The certificate of the server does not hold for its name',
    fix: 'Get a certificate for the name, and renew it in time',
  },
  'tls-old': {
    severity: 'warning',
    risks: [],
    title: 'The server speaks only old versions of TLS',
    fix: 'Turn on TLS 1.2 and 1.3',
  },
  'tls-no-answer': {
    severity: 'unknown',
    risks: [],
    title: 'The server did not answer, so its TLS could not be looked at',
    fix: 'Check name, port and firewall',
  },
}
