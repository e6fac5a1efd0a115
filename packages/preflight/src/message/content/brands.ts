/** A name that phishing borrows, and the domains that it really writes from. */
export interface Brand {
  /** As it stands in a From name. Whole words, in any case. */
  names: readonly string[]
  /** Registered domains. */
  domains: readonly string[]
}

/** Those whose names are borrowed most. Words that are also ordinary ones, such as Apple, only with a second word. */
export const wellKnownBrands: readonly Brand[] = [
  {
    names: ['apple id', 'apple support', 'apple security', 'apple account', 'app store', 'icloud', 'itunes'],
    domains: ['apple.com', 'icloud.com', 'me.com', 'mac.com'],
  },
  { names: ['paypal'], domains: ['paypal.com', 'paypal.de', 'paypal.co.uk', 'paypal.fr'] },
  {
    names: ['amazon', 'aws'],
    domains: [
      'amazon.com',
      'amazon.de',
      'amazon.co.uk',
      'amazon.fr',
      'amazon.it',
      'amazon.es',
      'amazon.ca',
      'amazon.co.jp',
      'amazonaws.com',
      'amazonses.com',
    ],
  },
  {
    names: ['microsoft', 'office 365', 'outlook team', 'onedrive'],
    domains: ['microsoft.com', 'office.com', 'outlook.com', 'microsoftonline.com', 'live.com'],
  },
  { names: ['google', 'gmail team', 'google drive'], domains: ['google.com', 'gmail.com', 'youtube.com'] },
  {
    names: ['facebook', 'instagram', 'whatsapp'],
    domains: ['facebook.com', 'facebookmail.com', 'instagram.com', 'whatsapp.com', 'meta.com'],
  },
  { names: ['netflix'], domains: ['netflix.com'] },
  { names: ['docusign'], domains: ['docusign.com', 'docusign.net'] },
  { names: ['dropbox'], domains: ['dropbox.com', 'dropboxmail.com'] },
  { names: ['linkedin'], domains: ['linkedin.com'] },
  { names: ['dhl'], domains: ['dhl.com', 'dhl.de'] },
  { names: ['fedex'], domains: ['fedex.com'] },
  { names: ['usps'], domains: ['usps.com', 'usps.gov'] },
  { names: ['wells fargo'], domains: ['wellsfargo.com'] },
  { names: ['bank of america'], domains: ['bankofamerica.com'] },
  { names: ['american express'], domains: ['americanexpress.com', 'aexp.com'] },
  { names: ['coinbase'], domains: ['coinbase.com'] },
  { names: ['binance'], domains: ['binance.com'] },
]
