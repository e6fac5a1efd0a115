import { wrong } from '../options.ts'
import { DashboardError } from '../errors.ts'
import { noticeText, noticeTitle } from './notice-text.ts'
import type { AlertTarget, Notice } from './notice.ts'

/** What {@link webhook} and {@link slack} take. */
export interface WebhookOptions {
  /** Where to send it, by POST. */
  url: string
  /** Headers besides, such as `Authorization`. */
  headers?: Readonly<Record<string, string>>
  /** Tells what waits for it after a restart. Default: the origin of the address. */
  name?: string
}

/** Sends each notice as JSON: `{ id, type, at, title, text, alerts }`. Any answer from 200 to 299 takes it. */
export function webhook(options: WebhookOptions): AlertTarget {
  const { url, headers, name } = checked('webhook', options)
  return {
    name,
    send: (notice, signal) =>
      post(url, headers, { ...notice, title: noticeTitle(notice), text: noticeText(notice) }, signal),
  }
}

/** Sends each notice as Slack’s incoming webhooks take it, which others take too (Mattermost, Rocket.Chat). */
export function slack(options: WebhookOptions): AlertTarget {
  const { url, headers, name } = checked('slack', options)
  return { name, send: (notice, signal) => post(url, headers, slackMessage(notice), signal) }
}

/** As much of a Nodemailer transporter as is needed. */
export interface MailTransporter {
  sendMail(mail: { from: string; to: string | string[]; subject: string; text: string }): Promise<unknown>
}

/** What {@link email} takes. */
export interface EmailOptions {
  /** Of Nodemailer. It should not depend on what the alerts are about: better another relay than the one to Apple. */
  transporter: MailTransporter
  from: string
  to: string | string[]
  /** Default `email`. */
  name?: string
}

/** Sends each notice as a mail. */
export function email({ transporter, from, to, name = 'email' }: EmailOptions): AlertTarget {
  if (typeof transporter?.sendMail !== 'function')
    throw wrong('email', 'transporter', 'a transporter of Nodemailer', transporter)
  if (typeof from !== 'string' || from === '') throw wrong('email', 'from', 'an address', from)
  if (to === undefined || to.length === 0) throw wrong('email', 'to', 'an address, or a list of them', to)
  return {
    name,
    send: (notice) =>
      transporter.sendMail({ from, to, subject: noticeTitle(notice), text: `${noticeText(notice)}\n` }),
  }
}

function checked(call: string, options: WebhookOptions): Required<WebhookOptions> {
  const { url, headers = {}, name } = options
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw wrong(call, 'url', 'an address such as https://example.com/hook', url)
  return { url, headers, name: name ?? `${call} ${new URL(url).origin}` }
}

async function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: unknown,
  signal: AbortSignal,
): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    redirect: 'manual',
    signal,
  })
  await response.body?.cancel()
  if (!response.ok)
    throw new DashboardError('EALERTS', `expected an answer from 200 to 299, found ${response.status}`)
}

function slackMessage(notice: Notice): { text: string; blocks: unknown[] } {
  const title = noticeTitle(notice)
  // Slack takes 3,000 characters in a block.
  const text = escaped(noticeText(notice)).slice(0, 2900)
  return {
    text: escaped(title),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: title.slice(0, 150) } },
      { type: 'section', text: { type: 'mrkdwn', text: `\`\`\`${text.replaceAll('```', "'''")}\`\`\`` } },
    ],
  }
}

/** What Slack would take for a link, a mention or a character. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
