const whole = new Intl.NumberFormat('en');

export const count = (n) => whole.format(Math.round(n));

export function compact(n) {
  if (n < 100_000) return count(n);
  return new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(n);
}

// Shares of one, halves up, as the command line shows them (Share.java): whole tenths first, for toFixed rounds its own way.
const tenths = (share) => Math.round(1000 * share);
const decimal = (n) => `${Math.floor(Math.abs(n) / 10)}.${Math.abs(n) % 10}`;

export const percent = (x, digits = 1) => `${digits ? `${tenths(x) < 0 ? '−' : ''}${decimal(tenths(x))}` : Math.round(100 * x)}\u00a0%`;

/** A difference in points that agrees with the shares as they are shown. */
export function points(share, over) {
  const n = tenths(share) - tenths(over);
  return `${n < 0 ? '−' : '+'}${decimal(n)}`;
}

export function millis(ms) {
  if (ms === null || ms === undefined) return '–';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

export function rate(perSecond, unit) {
  if (!perSecond || perSecond < 0.05) return '';
  return `${perSecond < 10 ? perSecond.toFixed(1) : count(perSecond)} ${unit}/s`;
}

export function ago(timestamp) {
  if (timestamp <= 0) return '–';
  const seconds = Math.max(0, (Date.now() - timestamp) / 1000);
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return new Date(timestamp).toLocaleDateString('en', { day: 'numeric', month: 'short' });
}

export function bytes(n) {
  if (n < 1024) return `${n} B`;
  if (n < 1 << 20) return `${(n / 1024).toFixed(0)} KB`;
  return `${(n / (1 << 20)).toFixed(1)} MB`;
}

/** Label ids are 64-bit and come as text: the partition that founded the class stands above bit 40, its number below. */
export function labelName(label) {
  if (Number(label) < 0) return 'no label';
  const id = BigInt(label);
  const partition = id >> 40n;
  return `#${partition ? `${partition}.` : ''}${id & 0xffffffffffn}`;
}

/** "image-too-many-pixels" reads "Image too many pixels". */
export function words(code) {
  const text = String(code).replaceAll(/[-_]/g, ' ').trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
