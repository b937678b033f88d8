"""What is kept of states: children with their rolls and workers, teams, schools, people."""
