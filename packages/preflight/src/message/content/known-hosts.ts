/** Public link shorteners. */
export const shorteners: ReadonlySet<string> = new Set(
  'bit.ly bitly.com tinyurl.com t.co goo.gl ow.ly is.gd v.gd buff.ly rebrand.ly cutt.ly rb.gy shorturl.at t.ly tiny.cc lnkd.in s.id qr.ae adf.ly bl.ink short.io soo.gd clck.ru dub.sh'.split(
    ' ',
  ),
)

/** Where anybody may put pages, besides those that the Public Suffix List knows as such; and dynamic DNS. */
export const freeHosting: ReadonlySet<string> = new Set(
  'weebly.com wixsite.com wordpress.com blogspot.com tumblr.com 000webhostapp.com webnode.com jimdosite.com strikingly.com square.site carrd.co yolasite.com sites.google.com docs.google.com forms.gle drive.google.com mediafire.com wetransfer.com transfer.sh anonfiles.com pastebin.com telegra.ph ngrok.io ngrok-free.app duckdns.org no-ip.org hopto.org ddns.net dyndns.org servehttp.com'.split(
    ' ',
  ),
)

/** Where anybody gets a mailbox. */
export const freeMail: ReadonlySet<string> = new Set(
  'gmail.com googlemail.com outlook.com hotmail.com live.com yahoo.com ymail.com aol.com gmx.de gmx.net web.de mail.ru yandex.ru proton.me protonmail.com icloud.com me.com mac.com zoho.com mail.com'.split(
    ' ',
  ),
)

/** The entry that this host is, or lies under. */
export function entryOf(host: string, list: ReadonlySet<string>): string | null {
  for (let rest = host; rest.includes('.'); rest = rest.slice(rest.indexOf('.') + 1)) {
    if (list.has(rest)) return rest
  }
  return null
}
