"""What operators see: log lines, metrics, spans. The ground on which everything else in shared stands."""
