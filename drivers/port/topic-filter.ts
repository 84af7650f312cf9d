/** True when a filter with `+` and `#` takes a topic. @see MQTT 3.1.1, 4.7 */
export function matchesTopic(filter: string, topic: string): boolean {
  const levels = topic.split('/');
  const wanted = filter.split('/');
  // Topics of the broker itself are not for filters that begin with a wildcard (4.7.2).
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false;
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return true;
    if (index >= levels.length || (level !== '+' && level !== levels[index])) return false;
  }
  return levels.length === wanted.length;
}
