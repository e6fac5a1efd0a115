import type { MailParts } from './mail.test.fixture.ts'

/** A page as newsletters are built: tables, a hidden first line, a dot for counting opens. */
function page(title: string, body: string, footer = ''): string {
  return `<!doctype html><html><head><title>${title}</title><style>td { font: 16px sans-serif } a { color: #05c }</style></head>
<body style="margin:0"><div style="display:none;max-height:0">${title}</div>
<table width="100%"><tr><td align="center"><table width="600">
<tr><td><a href="https://www.example.com/"><img src="https://img.example.com/logo.png" width="140" height="40" alt="Example"></a></td></tr>
<tr><td><h1>${title}</h1>${body}</td></tr><tr><td style="font-size:12px;color:#777">${footer}</td></tr></table></td></tr></table>
<img src="https://click.example.com/o/4711.gif" width="1" height="1" alt=""></body></html>`
}

const button = (href: string, words: string): string =>
  `<table><tr><td style="background:#05c"><a href="${href}" style="color:#fff">${words}</a></td></tr></table>`
const picture = (name: string, alt: string): string =>
  `<a href="https://click.example.com/c/${name}"><img src="https://img.example.com/${name}.jpg" width="600" alt="${alt}"></a>`

const oneClick = {
  'List-Unsubscribe': '<https://click.example.com/u/abc>, <mailto:unsubscribe@example.com?subject=abc>',
  'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  'List-Id': 'News <news.example.com>',
}

const english =
  'You get this because you signed up at example.com. <a href="https://click.example.com/u/abc">Unsubscribe</a> · <a href="https://www.example.com/help">Help</a><br>Example Ltd, 12 Station Road, Leeds LS1 4DY'

function newsletter(subject: string, title: string, body: string, text: string, footer = english): MailParts {
  const words = footer.replace(/<a href="([^"]+)">([^<]+)<\/a>/g, '$2: $1').replace(/<[^>]+>/g, '\n')
  return {
    headers: { ...oneClick, Subject: subject, From: 'Example <news@example.com>' },
    html: page(title, body, footer),
    text: `${text}\n\n${words}`,
  }
}

function note(subject: string, text: string, html?: string): MailParts {
  return { headers: { Subject: subject }, text, ...(html === undefined ? {} : { html: page(subject, html) }) }
}

/** What shops, clubs and services send every day. Nothing is to be found in any of them. */
export const ordinaryMail: readonly (readonly [name: string, parts: MailParts])[] = [
  [
    'an order confirmation',
    note(
      'Your order #100234',
      'Thank you for your order. Total: GBP 58.40, charged to your card ending in 4242. https://www.example.com/orders/100234',
      `<p>Thank you for your order, Anna.</p><table><tr><td>Linen shirt, M</td><td>£49.00</td></tr><tr><td>Shipping</td><td>£9.40</td></tr><tr><td>Total</td><td>£58.40</td></tr></table><p>Charged to your card ending in 4242.</p>${button('https://www.example.com/orders/100234', 'See your order')}`,
    ),
  ],
  [
    'a parcel on its way',
    note(
      'Your parcel is on its way',
      'Your parcel 00340434161094021501 will arrive on Thursday. Track it at https://www.example.com/track/00340434161094021501',
    ),
  ],
  [
    'a password reset',
    note(
      'Reset your password',
      'Somebody, hopefully you, asked to reset the password of your account. Choose a new password here within one hour: https://www.example.com/reset?token=8Jx2. If it was not you, ignore this mail; your password stays as it is.',
      `<p>Somebody, hopefully you, asked to reset the password of your account.</p>${button('https://www.example.com/reset?token=8Jx2', 'Choose a new password')}<p>If it was not you, ignore this mail. We never ask for your password by mail.</p>`,
    ),
  ],
  [
    'a code for signing in',
    note(
      '482913 is your code',
      'Enter this code to sign in: 482913. It holds for 10 minutes. Do not share it with anybody; our staff will not ask for it.',
    ),
  ],
  [
    'a new sign-in',
    note(
      'New sign-in to your account',
      'We noticed a new sign-in to your account from Safari on a Mac in Leeds. If this was you, there is nothing to do. If not, change your password at https://www.example.com/security',
    ),
  ],
  [
    'an invoice with a PDF',
    {
      headers: { Subject: 'Invoice 2026-0317' },
      text: 'Dear Ms Miller,\n\nplease find attached invoice 2026-0317 of EUR 1,190.00, payable within 14 days to the account named there.\n\nKind regards\nExample GmbH',
      files: [
        {
          name: 'Invoice 2026-0317.pdf',
          type: 'application/pdf',
          content: '%PDF-1.7\n1 0 obj\n<< /Type /Catalog /OpenAction 2 0 R >>\nendobj\n%%EOF',
        },
      ],
    },
  ],
  [
    'a payment that failed',
    note(
      'We could not take your payment',
      'Your bank declined the payment of USD 12.00 for your plan. Please update your payment method at https://www.example.com/billing by 12 March, so that your plan goes on.',
    ),
  ],
  [
    'an appointment',
    {
      headers: { Subject: 'Your appointment on 12 March' },
      text: 'Hello Anna, this is to remind you of your appointment with Dr Weber on 12 March at 10:30. To change it call +44 113 496 0000.',
      files: [
        {
          name: 'appointment.ics',
          type: 'text/calendar',
          content: 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n',
        },
      ],
    },
  ],
  [
    'a ticket for Wallet',
    note(
      'Your ticket for Saturday',
      'Your ticket is attached, and at https://www.example.com/tickets/77. Doors open at 19:00.',
      `<p>See you on Saturday!</p><p>Doors open at 19:00, the show begins at 20:00. Bring your ticket on paper or on your phone.</p>${button('https://www.example.com/tickets/77', 'Show the ticket')}`,
    ),
  ],
  [
    'a personal mail',
    {
      headers: { Subject: 'Lunch?', From: '"Miller, Tom" <tom@example.com>' },
      text: 'Hi Anna,\n\nlunch on Friday at the usual place? I will bring the drawings.\n\nTom\n\n> On 2 March Anna wrote:\n> Are you free this week?',
    },
  ],
  [
    'a sale',
    newsletter(
      'Spring sale: up to 40% off',
      'Up to 40% off until Sunday',
      `${picture('spring', 'Spring collection')}<p>Our spring sale is on: shirts, dresses and shoes at up to 40% off, as long as stocks last. Free returns within 30 days, online and in all shops.</p>${button('https://click.example.com/c/sale', 'Shop the sale')}${picture('shirts', 'Linen shirts from £29')}${picture('shoes', 'Summer shoes from £45')}<p>Prices hold until Sunday night.</p>`,
      'Our spring sale is on: up to 40% off until Sunday. https://click.example.com/c/sale',
    ),
  ],
  [
    'a digest',
    newsletter(
      'This week in cycling',
      'This week in cycling',
      Array.from(
        { length: 12 },
        (_, n) =>
          `<h2><a href="https://www.example.com/stories/${n}">Story ${n}: a road with a view</a></h2><p>We rode the coast road from end to end, slept in a lighthouse, and came back with four punctures and one broken spoke.</p>`,
      ).join(''),
      'Twelve stories this week. https://www.example.com/stories',
    ),
  ],
  [
    'release notes',
    newsletter(
      'What’s new in version 4.2'.replace('’', "'"),
      'Version 4.2 is here',
      `<ul><li>Offline maps</li><li>Faster search</li><li>A fix for the crash at start on iOS 17</li></ul><p>Read <a href="https://www.example.com/blog/4-2">all the details on www.example.com</a> or update in the App Store.</p>`,
      'Version 4.2: offline maps, faster search. https://www.example.com/blog/4-2',
    ),
  ],
  [
    'a charity',
    newsletter(
      'Thanks to you: 1,200 trees',
      'Thanks to you: 1,200 trees',
      `<p>Last year you helped to plant 1,200 trees along the river. This spring we want to plant as many again, and every gift counts: £10 pays for four of them.</p>${button('https://www.example.com/donate', 'Give £10')}<p>With thanks from all of us.</p>`,
      'Last year you helped to plant 1,200 trees. https://www.example.com/donate',
    ),
  ],
  [
    'a survey',
    newsletter(
      'How did we do?',
      'How did we do?',
      `<p>You stayed with us last week. Two minutes of your time would help us a lot: five questions, no sign-in.</p><p>${[1, 2, 3, 4, 5].map((n) => `<a href="https://click.example.com/s/${n}">${n}</a>`).join(' ')}</p>`,
      'You stayed with us last week. How did we do? https://click.example.com/s',
    ),
  ],
  [
    'a points statement',
    newsletter(
      'Your points in February',
      'Your points in February',
      `<table><tr><td>Balance</td><td>2,340</td></tr><tr><td>Earned</td><td>120</td></tr></table><p>Points are good for 24 months. 300 of yours end on 31 March, so why not use them for a coffee?</p>${button('https://www.example.com/points', 'Use points')}`,
      'Balance: 2,340 points. 300 end on 31 March. https://www.example.com/points',
    ),
  ],
  [
    'an invitation',
    newsletter(
      'You are invited: open day on 21 March',
      'Open day on 21 March',
      `<p>Come and see our new workshop! There will be cake for everybody, a tour each hour, and a pottery wheel for children.</p><p>No registration needed. <a href="https://maps.example.com/?q=workshop">How to get here</a></p>`,
      'Open day on 21 March, from 10 to 17. https://www.example.com/open-day',
    ),
  ],
  [
    'a German newsletter',
    newsletter(
      '=?utf-8?Q?Fr=C3=BChling_im_Garten?=',
      'Frühling im Garten',
      `${picture('garten', 'Tulpen im Beet')}<p>Jetzt ist die beste Zeit, um Rosen zu schneiden und Tomaten vorzuziehen. Unsere Gärtnerin zeigt Ihnen in drei Minuten, worauf es ankommt.</p>${button('https://click.example.com/c/garten', 'Zum Video')}`,
      'Jetzt ist die beste Zeit, um Rosen zu schneiden. https://click.example.com/c/garten',
      'Sie erhalten diese E-Mail, weil Sie sich angemeldet haben. <a href="https://click.example.com/u/abc">Abmelden</a> · <a href="https://www.example.com/kontakt">Kontakt</a><br>Beispiel GmbH, Gartenstraße 5, 10115 Berlin',
    ),
  ],
  [
    'a French newsletter',
    newsletter(
      '=?utf-8?Q?Nos_id=C3=A9es_pour_le_printemps?=',
      'Nos idées pour le printemps',
      `<p>Le printemps arrive : découvrez nos trois recettes aux asperges, faciles et prêtes en vingt minutes. Bon appétit !</p>${button('https://click.example.com/c/recettes', 'Voir les recettes')}`,
      'Découvrez nos trois recettes aux asperges. https://click.example.com/c/recettes',
      '<a href="https://click.example.com/u/abc">Se désabonner</a> · <a href="https://www.example.com/contact">Nous contacter</a><br>Exemple SA, 8 rue des Lilas, 75011 Paris',
    ),
  ],
  [
    'a Spanish newsletter',
    newsletter(
      'Novedades de marzo',
      'Novedades de marzo',
      `<p>Este mes llegan los nuevos colores de primavera. Pásate por nuestras tiendas o descúbrelos en la web, con envío gratis desde 40 euros.</p>${button('https://click.example.com/c/marzo', 'Ver novedades')}`,
      'Este mes llegan los nuevos colores de primavera. https://click.example.com/c/marzo',
      '<a href="https://click.example.com/u/abc">Darse de baja</a> · <a href="https://www.example.com/ayuda">Ayuda</a><br>Ejemplo SL, Calle Mayor 3, 28013 Madrid',
    ),
  ],
  [
    'an Italian newsletter',
    newsletter(
      'Il programma di marzo',
      'Il programma di marzo',
      `<p>Concerti, mostre e una serata di cinema all’aperto: ecco il programma del mese. I soci entrano gratis fino alle ore 20.</p>${button('https://www.example.com/programma', 'Leggi il programma')}`,
      'Concerti, mostre e cinema: https://www.example.com/programma',
      '<a href="https://click.example.com/u/abc">Cancella iscrizione</a> · <a href="https://www.example.com/contatti">Contatti</a><br>Esempio Srl, Via Garibaldi 10, 20121 Milano',
    ),
  ],
  [
    'a Dutch newsletter',
    newsletter(
      'Nieuws uit de bibliotheek',
      'Nieuws uit de bibliotheek',
      `<p>Vanaf deze maand zijn we ook op zondag open. Kom langs voor een kop koffie, de krant of een goed gesprek met de schrijver van de maand.</p>${button('https://www.example.com/agenda', 'Naar de agenda')}`,
      'Vanaf deze maand zijn we ook op zondag open. https://www.example.com/agenda',
      '<a href="https://click.example.com/u/abc">Afmelden</a> · <a href="https://www.example.com/klantenservice">Klantenservice</a><br>Voorbeeld BV, Kerkstraat 12, 1017 GC Amsterdam',
    ),
  ],
]
