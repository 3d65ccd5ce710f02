{{- /* Only what tests/EndToEnd.Tests/Helm can render is used in this chart. */ -}}
{{- define "pipeline.name" -}}
{{ .Release.Name }}-{{ .part }}
{{- end -}}

{{- define "pipeline.labels" -}}
app.kubernetes.io/name: pipeline
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end -}}

{{- define "pipeline.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1654
runAsGroup: 1654
fsGroup: 1654
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "pipeline.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "pipeline.image" -}}
{{ .Values.image.registry }}pipeline-{{ .image }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{- define "pipeline.env" -}}
- name: Urls
  value: http://0.0.0.0:{{ .port }}
- name: Postgres__ConnectionString
  valueFrom:
    secretKeyRef:
      name: {{ .Values.secret }}
      key: postgres-connection-string{{ if index .Values.databaseUsers .role }}-{{ .role }}{{ end }}
- name: Broker__Url
  valueFrom:
    secretKeyRef:
      name: {{ .Values.secret }}
      key: broker-url
- name: Broker__QueueType
  value: {{ .Values.rabbitmq.queueType }}
- name: Encryption__Key
  valueFrom:
    secretKeyRef:
      name: {{ .Values.secret }}
      key: encryption-key
      optional: true
- name: Encryption__OldKeys
  valueFrom:
    secretKeyRef:
      name: {{ .Values.secret }}
      key: encryption-old-keys
      optional: true
- name: Telemetry__MetricsPort
  value: {{ .Values.telemetry.metricsPort | quote }}
- name: Telemetry__MetricsAddress
  value: "*"
- name: Telemetry__Clients
  value: {{ .Values.telemetry.clients | quote }}
{{- if .Values.telemetry.otlpEndpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ .Values.telemetry.otlpEndpoint | quote }}
{{- end }}
{{- range $name, $value := .env }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}

{{- define "pipeline.scraped" -}}
prometheus.io/scrape: "true"
prometheus.io/port: {{ .Values.telemetry.metricsPort | quote }}
prometheus.io/path: /metrics
{{- end -}}

{{- define "pipeline.probes" -}}
# Migrations and models come before ready.
startupProbe:
  httpGet: { path: /health/ready, port: http }
  periodSeconds: 5
  timeoutSeconds: 6
  failureThreshold: 120
readinessProbe:
  httpGet: { path: /health/ready, port: http }
  periodSeconds: 5
  timeoutSeconds: 6
livenessProbe:
  httpGet: { path: /health/live, port: http }
  periodSeconds: 10
  timeoutSeconds: 6
  failureThreshold: 6
{{- end -}}

{{- /* Seconds as options write a time. */ -}}
{{- define "pipeline.time" -}}
{{ printf "%02d:%02d:%02d" (div .seconds 3600) (div (mod .seconds 3600) 60) (mod .seconds 60) }}
{{- end -}}
