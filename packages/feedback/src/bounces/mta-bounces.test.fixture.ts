/** What a made-up bounce is about. */
export interface Facts {
  recipient: string
  /** The reply, on one line. */
  reply: string
  mx: string
  status: string
  /** The address that it is delivered to. */
  to: string
  /** Fields above all others, as the receiving server writes them. */
  top: string
  /** Of the message that is returned. */
  messageId: string
  reporter: string
}

export const facts: Facts = {
  recipient: 'anna@icloud.com',
  reply: '550 5.1.1 <anna@icloud.com>: user does not exist',
  mx: 'mx01.mail.icloud.com',
  status: '5.1.1',
  to: 'bounce@example.com',
  top: '',
  messageId: '<1@example.com>',
  reporter: 'relay.example.org',
}

const date = 'Thu, 1 Jan 2026 12:00:00 +0000'

function returned({ recipient, messageId }: Facts): string {
  return `From: News <news@example.com>
To: ${recipient}
Subject: News
Message-ID: ${messageId}
Date: Thu, 1 Jan 2026 11:59:00 +0000`
}

function head({ top, to, reporter }: Facts, more: string): string {
  return `${top}Return-Path: <>
From: MAILER-DAEMON@${reporter} (Mail Delivery System)
To: ${to}
Date: ${date}
Message-ID: <bounce-1@${reporter}>
MIME-Version: 1.0
${more}`
}

/** Bounces as different mail software writes them, each about one recipient that Apple refused. Line ends are those of the wire. */
const written = {
  postfix: (
    one: Facts,
  ) => `${head(one, 'Subject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\nContent-Type: multipart/report; report-type=delivery-status;\n\tboundary="4A1.1767268800/relay"')}

This is a MIME-encapsulated message.

--4A1.1767268800/relay
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host ${one.reporter}.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

                   The mail system

<${one.recipient}>: host ${one.mx}[192.0.2.25] said: ${one.reply} (in reply to
    RCPT TO command)

--4A1.1767268800/relay
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; ${one.reporter}
X-Postfix-Queue-ID: 4A1
X-Postfix-Sender: rfc822; ${one.to}
Arrival-Date: Thu,  1 Jan 2026 11:59:00 +0000 (UTC)

Final-Recipient: rfc822; ${one.recipient}
Original-Recipient: rfc822;${one.recipient}
Action: failed
Status: ${one.status}
Remote-MTA: dns; ${one.mx}
Diagnostic-Code: smtp; ${one.reply}

--4A1.1767268800/relay
Content-Description: Undelivered Message
Content-Type: message/rfc822

Return-Path: <${one.to}>
${returned(one)}

Hello
--4A1.1767268800/relay--
`,

  'exim with a delivery status': (
    one: Facts,
  ) => `${head(one, `Auto-Submitted: auto-replied\nX-Failed-Recipients: ${one.recipient}\nContent-Type: multipart/report; report-type=delivery-status; boundary=1767268800-eximdsn-1\nSubject: Mail delivery failed: returning message to sender`)}

--1767268800-eximdsn-1
Content-type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  ${one.recipient}
    host ${one.mx} [192.0.2.25]
    SMTP error from remote mail server after RCPT TO:<${one.recipient}>:
    ${one.reply}

--1767268800-eximdsn-1
Content-type: message/delivery-status

Reporting-MTA: dns; ${one.reporter}

Action: failed
Final-Recipient: rfc822;${one.recipient}
Status: 5.0.0
Remote-MTA: dns; ${one.mx}
Diagnostic-Code: smtp; ${one.reply}

--1767268800-eximdsn-1
Content-type: message/rfc822

Return-path: <${one.to}>
${returned(one)}

Hello
--1767268800-eximdsn-1--
`,

  exim: (
    one: Facts,
  ) => `${head(one, `Auto-Submitted: auto-replied\nX-Failed-Recipients: ${one.recipient}\nSubject: Mail delivery failed: returning message to sender`)}

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  ${one.recipient}
    host ${one.mx} [192.0.2.25]
    SMTP error from remote mail server after RCPT TO:<${one.recipient}>:
    ${one.reply}

------ This is a copy of the message, including all the headers. ------

Return-path: <${one.to}>
${returned(one)}

Hello
`,

  qmail: (one: Facts) => `${head(one, 'Subject: failure notice')}

Hi. This is the qmail-send program at ${one.reporter}.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<${one.recipient}>:
192.0.2.25 does not like recipient.
Remote host said: ${one.reply}
Giving up on 192.0.2.25.

--- Below this line is a copy of the message.

Return-Path: <${one.to}>
${returned(one)}

Hello
`,

  'microsoft 365': (
    one: Facts,
  ) => `${head(one, `Content-Type: multipart/report; report-type=delivery-status;\n\tboundary="7a3c-4e02"\nContent-Language: en-US\nX-MS-Exchange-Message-Is-Ndr:\nIn-Reply-To: ${one.messageId}\nReferences: ${one.messageId}\nSubject: Undeliverable: News\nAuto-Submitted: auto-replied`)}

--7a3c-4e02
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="1f2e-9b55"

--1f2e-9b55
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

Your message to ${one.recipient} couldn't be delivered.

Diagnostic information for administrators:
Generating server: ${one.reporter}
${one.recipient}
Remote server returned '${one.reply}'

--1f2e-9b55
Content-Type: text/html; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

<html><body><p>Your message couldn't be delivered.</p></body></html>
--1f2e-9b55--

--7a3c-4e02
Content-Type: message/delivery-status

Reporting-MTA: dns;${one.reporter}
Received-From-MTA: dns;client.example.org
Arrival-Date: Thu, 1 Jan 2026 11:59:00 +0000

Final-Recipient: rfc822;${one.recipient}
Action: failed
Status: ${one.status}
Diagnostic-Code: smtp;${one.reply}
Remote-MTA: dns;p00-iscream-smtp-7b95d6f6c9-64bmv
X-Display-Name: ${one.recipient}

--7a3c-4e02
Content-Type: message/rfc822

${returned(one)}

Hello
--7a3c-4e02--
`,

  'exchange without words in its delivery status': (
    one: Facts,
  ) => `${head(one, 'Subject: Undeliverable: News\nContent-Type: multipart/report; report-type=delivery-status; boundary="ex-1"')}

--ex-1
Content-Type: text/plain; charset=utf-8

Delivery has failed to these recipients or groups:

Diagnostic information for administrators:

Generating server: ${one.reporter}

${one.recipient}
${one.mx} #${one.reply} ##

Original message headers:

Received: from client.example.org by ${one.reporter}
--ex-1
Content-Type: message/delivery-status

Reporting-MTA: dns;${one.reporter}

Final-recipient: RFC822;${one.recipient}
Action: failed
Status: ${one.status}

--ex-1
Content-Type: message/rfc822

${returned(one)}
--ex-1--
`,

  'an old exchange': (one: Facts) => `${head(one, 'Subject: Undeliverable: News')}

Your message

  To:      ${one.recipient}
  Subject: News
  Sent:    Thu, 1 Jan 2026 11:59:00 -0000

did not reach the following recipient(s):

${one.recipient} on Thu, 1 Jan 2026 12:00:00 -0000
    The e-mail account does not exist at the organization this message
was sent to.
    <${one.mx} #${one.status} smtp;${one.reply}>
`,

  'google mail': (
    one: Facts,
  ) => `${head(one, `Auto-Submitted: auto-replied\nX-Failed-Recipients: ${one.recipient}\nReferences: ${one.messageId}\nIn-Reply-To: ${one.messageId}\nSubject: Delivery Status Notification (Failure)\nContent-Type: multipart/report; boundary="0000000000001"; report-type=delivery-status`)}

--0000000000001
Content-Type: text/plain; charset="UTF-8"

** Address not found **

The response from the remote server was:
${one.reply}

--0000000000001
Content-Type: message/delivery-status

Reporting-MTA: dns; ${one.reporter}
Received-From-MTA: dns; client.example.org
Arrival-Date: Thu, 01 Jan 2026 03:59:00 -0800 (PST)
X-Original-Message-ID: ${one.messageId}

Final-Recipient: rfc822; ${one.recipient}
Action: failed
Status: ${one.status}
Remote-MTA: dns; ${one.mx}. (192.0.2.25, the server for the domain icloud.com.)
Diagnostic-Code: smtp; ${one.reply}
Last-Attempt-Date: Thu, 01 Jan 2026 04:00:00 -0800 (PST)

--0000000000001
Content-Type: message/rfc822

${returned(one)}
--0000000000001--
`,

  'an older google mail': (
    one: Facts,
  ) => `${head(one, `X-Failed-Recipients: ${one.recipient}\nSubject: Delivery Status Notification (Failure)\nContent-Type: text/plain; charset=ISO-8859-1`)}

Delivery to the following recipient failed permanently:

     ${one.recipient}

Technical details of permanent failure:
Google tried to deliver your message, but it was rejected by the server for the recipient domain icloud.com by ${one.mx}. [192.0.2.25].

The error that the other server returned was:
${one.reply}


----- Original message -----

${returned(one)}

Hello
`,

  sendmail: (
    one: Facts,
  ) => `${head(one, 'Subject: Returned mail: see transcript for details\nAuto-Submitted: auto-generated (failure)\nContent-Type: multipart/report; report-type=delivery-status;\n\tboundary="g01.1767268800/relay"')}

This is a MIME-encapsulated message

--g01.1767268800/relay

   ----- The following addresses had permanent fatal errors -----
<${one.recipient}>
    (reason: ${one.reply})

   ----- Transcript of session follows -----
... while talking to ${one.mx}.:
>>> RCPT To:<${one.recipient}>
<<< ${one.reply}

--g01.1767268800/relay
Content-Type: message/delivery-status

Reporting-MTA: dns; ${one.reporter}
Received-From-MTA: DNS; client.example.org
Arrival-Date: Thu, 1 Jan 2026 11:59:00 GMT

Final-Recipient: RFC822; ${one.recipient}
Action: failed
Status: ${one.status}
Remote-MTA: DNS; ${one.mx}
Diagnostic-Code: SMTP; ${one.reply}
Last-Attempt-Date: Thu, 1 Jan 2026 12:00:00 GMT

--g01.1767268800/relay
Content-Type: text/rfc822-headers

Return-Path: <${one.to}>
${returned(one)}

--g01.1767268800/relay--
`,
}

/** The name of one of them. */
export type Mta = keyof typeof written

export const mtas = Object.keys(written) as Mta[]

/** One of them, about what is told; the rest is {@link facts}. */
export function bounceOf(mta: Mta, about: Partial<Facts> = {}): string {
  return written[mta]({ ...facts, ...about }).replaceAll('\n', '\r\n')
}
