//! A CronJob of Kubernetes.

use std::fmt::Write as _;

use super::Job;

/// Where the job finds its secrets.
const SECRETS: &str = "/run/secrets/tokenfleet";

/// A CronJob of `batch/v1` that runs the job in a container of `image`. The files that the job
/// names come from the ConfigMap `tokenfleet-NAME`, its secrets from the Secret of that name, and
/// its store and reports lie in the PersistentVolumeClaim of that name.
pub fn cron_job(job: &Job, image: &str) -> String {
    let name = text(&format!("tokenfleet-{}", job.name));
    let mut yaml = format!(
        "# Written by `tokenfleet schedule`. It needs three things of its own name: a ConfigMap with the\n\
         # files that it reads, a Secret with those that are secret, and a PersistentVolumeClaim for\n\
         # its store and reports.\napiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: {name}\nspec:\n  schedule: {}\n",
        text(&job.calendar.to_string())
    );
    if let Some(zone) = &job.time_zone {
        let _ = writeln!(yaml, "  timeZone: {}", text(zone));
    }
    let _ = write!(
        yaml,
        "  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 3600
  jobTemplate:
    spec:
      backoffLimit: 0
      template:
        spec:
          restartPolicy: Never
          automountServiceAccountToken: false
          securityContext:
            runAsNonRoot: true
            runAsUser: 65532
            fsGroup: 65532
            seccompProfile:
              type: RuntimeDefault
          containers:
            - name: tokenfleet
              image: {}
              workingDir: /etc/tokenfleet
              args:
",
        text(image)
    );
    for argument in job.written(|secret| format!("{SECRETS}/{}", secret.name)) {
        let _ = writeln!(yaml, "                - {}", text(&argument));
    }
    yaml.push_str(
        "              env:
                - name: TOKENFLEET_STORE
                  value: /var/lib/tokenfleet/runs.db
                - name: TOKENFLEET_REPORTS
                  value: /var/lib/tokenfleet/reports
",
    );
    if let Some(splay) = job.splay {
        let splay = text(&format!("{}s", splay.as_secs()));
        let _ = writeln!(yaml, "                - name: TOKENFLEET_SPLAY");
        let _ = writeln!(yaml, "                  value: {splay}");
    }
    yaml.push_str(
        "              securityContext:
                allowPrivilegeEscalation: false
                readOnlyRootFilesystem: true
                capabilities:
                  drop: [ALL]
              volumeMounts:
                - name: files
                  mountPath: /etc/tokenfleet
                  readOnly: true
                - name: state
                  mountPath: /var/lib/tokenfleet
                - name: scratch
                  mountPath: /tmp
",
    );
    if !job.secrets.is_empty() {
        let _ = write!(
            yaml,
            "                - name: secrets\n                  mountPath: {SECRETS}\n                  readOnly: true\n"
        );
    }
    let _ = write!(
        yaml,
        "          volumes:
            - name: files
              configMap:
                name: {name}
            - name: state
              persistentVolumeClaim:
                claimName: {name}
            - name: scratch
              emptyDir: {{}}
"
    );
    if !job.secrets.is_empty() {
        let _ = writeln!(yaml, "            - name: secrets\n              secret:");
        let _ =
            writeln!(yaml, "                secretName: {name}\n                defaultMode: 0440");
    }
    yaml
}

/// A text as a scalar that no reader of YAML takes for anything else: JSON's notation is YAML's.
fn text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
