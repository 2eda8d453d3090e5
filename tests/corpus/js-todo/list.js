/** The list with one more entry; blank entries are left out. */
export function add(list, entry) {
  // BEGIN SOLUTION
  const text = entry.trim();
  return text ? [...list, { text, done: false }] : list;
  // END SOLUTION
}
