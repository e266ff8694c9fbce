"""Policy, verdict, findings and declarations: the only place that knows a threshold."""
