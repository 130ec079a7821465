const manners = ['Amber', 'Brisk', 'Calm', 'Clever', 'Coastal', 'Gentle', 'Hidden', 'Lively', 'Misty', 'Nimble'];
const moreManners = [
  'Northern',
  'Patient',
  'Quiet',
  'Rapid',
  'Silver',
  'Steady',
  'Sunny',
  'Velvet',
  'Wandering',
  'Wild',
];
const birds = ['Avocet', 'Bunting', 'Curlew', 'Dunlin', 'Egret', 'Finch', 'Goldcrest', 'Heron', 'Ibis', 'Jackdaw'];
const moreBirds = [
  'Kestrel',
  'Lapwing',
  'Martin',
  'Nightjar',
  'Osprey',
  'Plover',
  'Redstart',
  'Siskin',
  'Tern',
  'Wren',
];

/** A name for somebody who hasn't said theirs: 400 pairs, so that two guests in one document rarely share one. */
export function inventGuestName(random: () => number): string {
  return `${pick([...manners, ...moreManners], random)} ${pick([...birds, ...moreBirds], random)}`;
}

export function pick<T>(choices: readonly T[], random: () => number): T {
  const chosen = choices[Math.floor(random() * choices.length)] ?? choices[0];
  if (chosen === undefined) throw new RangeError('nothing to pick from');
  return chosen;
}
