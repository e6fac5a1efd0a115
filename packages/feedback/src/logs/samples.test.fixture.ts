const postfix = `Nov 26 09:12:01 mail postfix/smtpd[1201]: 4F3B21C0A1: client=app.example.com[192.0.2.7]
Nov 26 09:12:01 mail postfix/cleanup[1202]: 4F3B21C0A1: message-id=<news-1@example.com>
Nov 26 09:12:01 mail postfix/qmgr[1203]: 4F3B21C0A1: from=<bounce@example.com>, size=21234, nrcpt=5 (queue active)
Nov 26 09:12:02 mail postfix/smtp[1204]: 4F3B21C0A1: to=<anna@icloud.com>, relay=mx01.mail.icloud.com[192.0.2.25]:25, delay=1.2, delays=0.1/0/0.5/0.6, dsn=2.5.0, status=sent (250 2.5.0 Ok.)
Nov 26 09:12:02 mail postfix/smtp[1204]: 4F3B21C0A1: to=<berta@me.com>, orig_to=<berta@lists.example.com>, relay=mx02.mail.icloud.com[192.0.2.26]:25, delay=1.3, delays=0.1/0/0.5/0.7, dsn=5.1.1, status=bounced (host mx02.mail.icloud.com[192.0.2.26] said: 550 5.1.1 <berta@me.com>: user does not exist (in reply to RCPT TO command))
Nov 26 09:12:02 mail postfix/smtp[1204]: 4F3B21C0A1: to=<carla@custom.example>, relay=mx01.mail.icloud.com[192.0.2.25]:25, delay=1.3, delays=0.1/0/0.5/0.7, dsn=4.7.1, status=deferred (host mx01.mail.icloud.com[192.0.2.25] said: 421 4.7.1 Messages to carla@custom.example deferred due to excessive volume (in reply to end of DATA command))
Nov 26 09:12:03 mail postfix/smtp[1205]: 4F3B21C0A1: to=<dora@example.net>, relay=mx.example.net[192.0.2.30]:25, delay=2, delays=0.1/0/0.5/0.7, dsn=5.1.1, status=bounced (host mx.example.net[192.0.2.30] said: 550 5.1.1 <dora@example.net>: see mx01.mail.icloud.com (in reply to RCPT TO command))
Nov 26 09:12:03 mail postfix/error[1206]: 4F3B21C0A1: to=<emma@icloud.com>, relay=none, delay=2, delays=0.1/0/0/0, dsn=4.7.1, status=deferred (delivery temporarily suspended: host mx01.mail.icloud.com[192.0.2.25] said: 421 4.7.1 busy (in reply to RCPT TO command))
Nov 26 09:12:04 mail postfix/smtp[1204]: 4F3B21C0A1: to=<fina@icloud.com>, relay=none, delay=30, delays=0/0/30/0, dsn=4.4.1, status=deferred (connect to mx01.mail.icloud.com[192.0.2.25]:25: Connection timed out)
Nov 26 09:12:05 mail postfix/smtp[1204]: 4F3B21C0A1: to=<gina@icloud.com>, relay=relay.example.com[192.0.2.40]:587, delay=1, delays=0/0/1/0, dsn=5.7.1, status=bounced (host relay.example.com[192.0.2.40] said: 554 5.7.1 <gina@icloud.com>: Relay access denied (in reply to RCPT TO command))
Nov 26 09:12:06 mail postfix/smtp[1204]: 4F3B21C0A1: to=<hanna@icloud.com>, relay=mx01.mail.icloud.com[192.0.2.25]:25, delay=1, delays=0/0/1/0, dsn=4.7.0, status=deferred (host mx01.mail.icloud.com[192.0.2.25] refused to talk to me: 550 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.10)
Nov 26 09:12:07 mail postfix/cleanup[1202]: 5A00000000: warning: header Subject: mail postfix/smtp[1]: 4F3B21C0A1: to=<victim@icloud.com>, relay=mx01.mail.icloud.com[192.0.2.25]:25, delay=1, dsn=5.1.1, status=bounced (host mx01.mail.icloud.com[192.0.2.25] said: 550 5.1.1 <victim@icloud.com>: user does not exist (in reply to RCPT TO command)) from app.example.com
Nov 26 09:12:08 mail postfix/qmgr[1203]: 4F3B21C0A1: removed
`

const exim = `2026-11-26 09:12:01 1tFoBa-0004Xy-2K <= bounce@example.com H=app.example.com [192.0.2.7] P=esmtps X=TLS1.3:TLS_AES_256_GCM_SHA384:256 S=2145 id=news-1@example.com
2026-11-26 09:12:02 +0100 [4711] 1tFoBa-0004Xy-2K => anna@icloud.com R=dnslookup T=remote_smtp H=mx01.mail.icloud.com [192.0.2.25] X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=yes C="250 2.5.0 Ok." QT=1s DT=1s
2026-11-26 09:12:02.123 1tFoBa-0004Xy-2K -> berta@me.com <berta@lists.example.com> F=<other@example.com> R=dnslookup T=remote_smtp H=mx01.mail.icloud.com [192.0.2.25] C="250 2.5.0 Ok."
2026-11-26 09:12:03 1tFoBa-00000004Xy9-2Kab ** carla@icloud.com R=dnslookup T=remote_smtp H=mx01.mail.icloud.com [192.0.2.25] X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=yes: SMTP error from remote mail server after RCPT TO:<carla@icloud.com>: 550 5.1.1 <carla@icloud.com>: user does not exist
2026-11-26 09:12:04 1tFoBa-0004Xy-2K == dora@custom.example R=dnslookup T=remote_smtp defer (-46) H=mx02.mail.icloud.com [192.0.2.26]: SMTP error from remote mail server after pipelined end of data: 421 4.7.1 Messages to dora@custom.example deferred due to excessive volume
2026-11-26 09:12:05 1tFoBa-0004Xy-2K == emma@icloud.com R=dnslookup T=remote_smtp defer (-53): retry time not reached for any host for 'icloud.com'
2026-11-26 09:12:06 1tFoBa-0004Xy-2K == fina@icloud.com R=dnslookup T=remote_smtp defer (110) H=mx01.mail.icloud.com [192.0.2.25]: Connection timed out
2026-11-26 09:12:07 1tFoBa-0004Xy-2K ** gina@icloud.com R=smarthost T=remote_smtp H=relay.example.com [192.0.2.40]: SMTP error from remote mail server after RCPT TO:<gina@icloud.com>: 550 5.7.1 Relaying denied
2026-11-26 09:12:08 1tFoBa-0004Xy-2K Completed
`

const haraka = `2026-11-26T09:12:01.000Z [NOTICE] [4D1A-11.1] [core] recipient <anna@icloud.com> code=OK msg="" sender=bounce@example.com
2026-11-26T09:12:01.010Z [NOTICE] [4D1A-11.1] [core] recipient <berta@icloud.com> code=OK msg="" sender=bounce@example.com
2026-11-26T09:12:01.020Z [NOTICE] [4D1A-11.1] [core] message mid=<news-1@example.com> size=2145 rcpts=2/0/0 delay=0.01 code=CONT msg=""
2026-11-26T09:12:02.000Z [NOTICE] [4D1A-11.1.1] [outbound] recipient <berta@icloud.com> rejected: 550 5.1.1 <berta@icloud.com>: user does not exist
2026-11-26T09:12:03.000Z [NOTICE] [4D1A-11.1.1] [outbound] delivered file=1764148321000_1764148321000_0_4711_x_1_mail domain=icloud.com host=mx01.mail.icloud.com ip=192.0.2.25 port=25 mode=SMTP tls=Y auth=N response="2.5.0 Ok." delay=1.2 fails=0 rcpts=1/0/1
2026-11-26T09:12:04.000Z [NOTICE] [4D1A-12.1] [core] recipient <carla@me.com> code=OK msg="" sender=bounce@example.com
2026-11-26T09:12:04.020Z [NOTICE] [4D1A-12.1] [core] message mid=<news-2@example.com> size=2145 rcpts=1/0/0 delay=0.01 code=CONT msg=""
2026-11-26T09:12:05.000Z [INFO] [4D1A-12.1.1] [outbound] Temp failing 1764148324000_1764148324000_0_4711_x_2_mail for 60 seconds: Upstream error: 421 4.7.1 Messages to carla@me.com deferred due to excessive volume
2026-11-26T09:13:05.000Z [INFO] [4D1A-12.1.1] [outbound] bouncing mail: 554 5.7.1 [CS01] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137
2026-11-26T09:12:06.000Z [NOTICE] [4D1A-13.1] [core] recipient <dora@icloud.com> code=OK msg="" sender=""
2026-11-26T09:12:06.010Z [NOTICE] [4D1A-13.1] [core] recipient <emil@example.net> code=OK msg="" sender=""
2026-11-26T09:12:06.020Z [NOTICE] [4D1A-13.1] [core] message mid=<news-3@example.com> size=2145 rcpts=2/0/0 delay=0.01 code=CONT msg=""
2026-11-26T09:12:07.000Z [INFO] [4D1A-13.1.2] [outbound] bouncing mail: 550 5.1.1 user does not exist
`

const decisions = `2026-11-26T09:12:01.000Z [NOTICE] [-] [icloud] message=4D1A-11.1.1 recipient=<anna@icloud.com> rule=invalid-recipient fault=recipient action=suppress reason="never existed or deleted" stream=transactional phase=rcpt mx=mx01.mail.icloud.com ip=192.0.2.25 reply="550 5.1.1 <anna@icloud.com>: user does not exist"
2026-11-26T09:12:02.000Z [NOTICE] [-] [icloud] message=4D1A-11.1.2 recipient=<berta@me.com> action=held next=2026-11-26T10:12:02.000Z reason="the IP address is held" stream=marketing
2026-11-26T09:12:03.000Z [NOTICE] [-] [icloud] message=4D1A-11.1.3 recipient=<carla@custom.example> rule=too-fast fault=rate action=retry next=2026-11-26T10:12:02.000Z reason="later" stream=marketing phase=eod mx=mx02.mail.icloud.com ip=192.0.2.26 reply="421 4.7.1 Messages to 'carla' deferred due to excessive volume"
2026-11-26T09:12:04.000Z [NOTICE] [-] [icloud] message=4D1A-11.1.4 recipient=<dora@icloud.com> action=delivered reason="Apple took it" stream=marketing phase=eod mx=mx02.mail.icloud.com ip=192.0.2.26 reply="250 2.5.0 Ok."
`

const powermta = `type,timeLogged,timeQueued,orig,rcpt,orcpt,dsnAction,dsnStatus,dsnDiag,dsnMta,bounceCat,srcType,srcMta,dlvType,dlvSourceIp,dlvDestinationIp,vmta,jobId,envId,queue,header_Message-Id
d,2026-11-26 09:12:01+0100,2026-11-26 09:12:00+0100,bounce@example.com,anna@icloud.com,,relayed,2.0.0 (success),"smtp;250 2.5.0 Ok.",mx01.mail.icloud.com (192.0.2.25),,smtp,app.example.com (192.0.2.7),smtp,192.0.2.10,192.0.2.25,vmta1,job1,env1,icloud.com/vmta1,<news-1@example.com>
b,2026-11-26 09:12:02+0100,2026-11-26 09:12:00+0100,bounce@example.com,berta@me.com,,failed,5.1.1 (bad destination mailbox address),"smtp;550 5.1.1 <berta@me.com>: user does not exist, ""sorry""",mx02.mail.icloud.com (192.0.2.26),bad-mailbox,smtp,app.example.com (192.0.2.7),smtp,192.0.2.10,192.0.2.26,vmta1,job1,env2,me.com/vmta1,<news-1@example.com>
t,2026-11-26 09:12:03+0100,2026-11-26 09:12:00+0100,bounce@example.com,carla@custom.example,,delayed,4.7.1 (delivery not authorized),"smtp;421 4.7.1 Messages to carla@custom.example deferred due to excessive volume",mx02.mail.icloud.com (192.0.2.26),,smtp,,smtp,192.0.2.10,192.0.2.26,vmta1,job1,env3,custom.example/vmta1,<news-1@example.com>
b,2026-11-26 09:12:04+0100,2026-11-26 09:12:00+0100,bounce@example.com,dora@icloud.com,,failed,5.4.7 (delivery time expired),"smtp;500 5.4.7 [internal] delivery time expired",,message-expired,smtp,,smtp,192.0.2.10,,vmta1,job1,env4,icloud.com/vmta1,<news-1@example.com>
b,2026-11-26 09:12:05+0100,2026-11-26 09:12:00+0100,me@icloud.com,emil@example.net,,failed,5.1.1 (bad destination mailbox address),"smtp;550 5.1.1 no such user",mx.example.net (192.0.2.30),bad-mailbox,smtp,,smtp,192.0.2.10,,vmta1,job1,env5,example.net/vmta1,<news-1@example.com>
`

const kumo = {
  id: '1d98076abbbc11ed940250ebf67f93bd',
  sender: 'bounce@example.com',
  queue: 'icloud.com',
  site: 'unspecified->(mx01|mx02).mail.icloud.com@smtp_client',
  size: 1047,
  timestamp: 1_795_684_321,
  created: 1_795_684_320,
  num_attempts: 1,
  egress_pool: 'pool',
  egress_source: 'source1',
  source_address: { address: '192.0.2.10:43210' },
  peer_address: { name: 'mx01.mail.icloud.com.', addr: '192.0.2.25' },
  headers: { 'Message-ID': '<news-1@example.com>' },
  meta: {},
  bounce_classification: 'Uncategorized',
}
const response = (code: number, content: string, command: string | null, detail = [5, 1, 1]): object => ({
  code,
  enhanced_code: { class: detail[0], subject: detail[1], detail: detail[2] },
  content,
  command,
})

const kumomta = [
  {
    ...kumo,
    type: 'Reception',
    recipient: 'anna@icloud.com',
    response: response(250, 'OK', null, [2, 0, 0]),
    peer_address: { name: 'app.example.com', addr: '192.0.2.7' },
  },
  {
    ...kumo,
    type: 'Delivery',
    recipient: 'anna@icloud.com',
    response: response(250, 'Ok.', '.', [2, 5, 0]),
  },
  {
    ...kumo,
    type: 'Bounce',
    recipient: ['berta@me.com'],
    response: response(550, '<berta@me.com>: user does not exist', 'RCPT TO:<berta@me.com>'),
  },
  {
    ...kumo,
    type: 'TransientFailure',
    recipient: 'carla@custom.example',
    response: response(
      421,
      'Messages to carla@custom.example deferred due to excessive volume',
      '.',
      [4, 7, 1],
    ),
  },
  {
    ...kumo,
    type: 'TransientFailure',
    recipient: 'dora@icloud.com',
    peer_address: null,
    response: {
      code: 400,
      enhanced_code: null,
      content: 'KumoMTA internal: failed to connect to any candidate hosts',
      command: null,
    },
  },
  {
    ...kumo,
    type: 'Bounce',
    recipient: 'emil@example.net',
    peer_address: { name: 'mx.example.net.', addr: '192.0.2.30' },
    response: response(550, 'no such user, ask at icloud.com', 'RCPT TO:<emil@example.net>'),
  },
]
  .map((record) => `${JSON.stringify(record)}\n`)
  .join('')

/** Logs as the mail servers write them, made up for these tests: addresses and hosts are nobody's. */
export const samples: Record<'postfix' | 'exim' | 'haraka' | 'decisions' | 'powermta' | 'kumomta', string> = {
  postfix,
  exim,
  haraka,
  decisions,
  powermta,
  kumomta,
}
