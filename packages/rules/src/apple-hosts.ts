export function isAppleDomain(domain: string): boolean { return /(?:^|\.)(?:icloud|me|mac)\.com$/i.test(domain) }
export function isPrivateRelayDomain(domain: string): boolean { return /privaterelay\.appleid\.com$/i.test(domain) }
export function isAppleMx(host: string): boolean { return /\.mail\.icloud\.com$/i.test(host) }
