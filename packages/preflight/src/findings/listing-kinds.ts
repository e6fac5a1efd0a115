import type { Kind } from './kind.ts'

type ListingCode = 'listed-sbl' | 'listed-xbl' | 'listed-pbl' | 'listed-dbl' | 'listing-cannot-tell'

/** Listings of IPs and domains. */
export const listingKinds: Readonly<Record<ListingCode, Kind>> = {
  'listed-sbl': {
    severity: 'error',
    risks: ['spamhaus-block'],
    title: 'The IP is on Spamhaus SBL: a known source of spam',
    fix: 'Look it up at check.spamhaus.org, stop the stream it names, then ask for removal',
  },
  'listed-xbl': {
    severity: 'error',
    risks: ['spamhaus-block'],
    title: 'The IP is on Spamhaus XBL: a compromised system',
    fix: 'Find and clean the compromised system, then ask for removal at check.spamhaus.org',
  },
  'listed-pbl': {
    severity: 'error',
    risks: ['spamhaus-block'],
    title: 'The IP is on Spamhaus PBL: its owner says that no mail comes from there',
    fix: 'Send over a relay, or have the IP taken out by its owner',
  },
  'listed-dbl': {
    severity: 'error',
    risks: ['spamhaus-dbl'],
    title: 'The domain is on Spamhaus DBL',
    fix: 'Look it up at check.spamhaus.org, mend the cause, then ask for removal',
  },
  'listing-cannot-tell': {
    severity: 'unknown',
    risks: [],
    title: 'The list did not answer the question, so nobody knows whether it is listed',
    fix: 'Ask over a resolver of your own, or with a free DQS key: public resolvers and high volumes are refused',
  },
}
