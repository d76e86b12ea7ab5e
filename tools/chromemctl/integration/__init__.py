"""Files for those that chromemctl works with: Prometheus, Grafana, systemd."""
