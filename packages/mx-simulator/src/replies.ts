/** What the server says of its own accord. Apple's servers use Postfix's texts (postfix.org, smtpd.c). */
export const replies = {
  bye: '221 2.0.0 Bye',
  ok: '250 2.0.0 Ok',
  mailOk: '250 2.1.0 Ok',
  rcptOk: '250 2.1.5 Ok',
  startContent: '354 End data with <CR><LF>.<CR><LF>',
  startTls: '220 2.0.0 Ready to start TLS',
  tlsActive: '554 5.5.1 Error: TLS already active',
  lineTooLong: '500 5.5.2 Error: line too long',
  notRecognized: '500 5.5.2 Error: command not recognized',
  notImplemented: '502 5.5.1 Error: command not implemented',
  vrfyDisabled: '502 5.5.1 VRFY command is disabled',
  refusedGreeting: '503 5.5.1 Error: bad sequence of commands',
  needHello: '503 5.5.1 Error: send HELO/EHLO first',
  nestedMail: '503 5.5.1 Error: nested MAIL command',
  needMail: '503 5.5.1 Error: need MAIL command',
  needRcpt: '503 5.5.1 Error: need RCPT command',
  noRecipients: '554 5.5.1 Error: no valid recipients',
  senderSyntax: '501 5.1.7 Bad sender address syntax',
  recipientSyntax: '501 5.1.3 Bad recipient address syntax',
  tooManyRecipients: '452 4.5.3 Error: too many recipients',
  tooBig: '552 5.3.4 Message size exceeds fixed limit',
  contentTooBig: '552 5.3.4 Error: message file too big',
} as const

/** 27 MiB. */
export const maxMessageBytes: number = 27 * 1024 * 1024
/** Postfix's smtpd_recipient_limit. */
export const maxRecipients = 1000
/** Milliseconds without a command before the server hangs up: Postfix's smtpd_timeout. */
export const idleTimeout = 300_000
