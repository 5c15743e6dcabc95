//! Which commands the check calls destructive, and which it lets pass.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may fail and touch the world"
)]

mod common;

use common::{Desk, code, md, nb};
use serde_json::Value;

/// Each destroys something where it is run.
const DESTROY: &[&str] = &[
    "!rm -rf /srv/data",
    "!rm -v --recursive /srv/data",
    "DROP TABLE orders",
    "drop database if exists shop;",
    "TRUNCATE TABLE orders",
    "delete from orders;",
    "!kubectl delete namespace blue",
    "!kubectl -n blue delete pods --all",
    "!oc drain node-1 --force",
    "!virsh undefine vm-1",
    "run('azdata app delete --name a')",
    "!helm uninstall shop",
    "!terraform -chdir=infra destroy -auto-approve",
    "!terraform apply -destroy",
    "!terraform state rm module.db",
    "!docker volume rm data",
    "!docker system prune -af",
    "!aws s3 rb s3://backups --force",
    "!aws s3 rm s3://backups --recursive",
    "!aws ec2 terminate-instances --instance-ids i-1",
    "!gcloud compute instances delete vm-1",
    "!az group delete -n shop",
    "!gsutil -m rm -r gs://backups",
    "!git push origin main --force",
    "!git push origin +main",
    "!git reset --hard origin/main",
    "!git clean -xdf",
    "!mkfs.ext4 /dev/sdb1",
    "!dd if=/dev/zero of=/dev/sdb",
    "!lvremove vg/data",
    "!zfs destroy tank/data",
    "!redis-cli FLUSHALL",
    "shutil.rmtree(DATA)",
    "Remove-Item C:\\data -Recurse",
    "!find /var/log -mtime +7 -delete",
    "!iptables -F",
    "!dropdb shop",
    "!etcdctl del /registry --prefix",
    "!docker rm -f db",
    "!curl -X DELETE https://es:9200/logs",
    "!docker compose down --volumes",
    "db.orders.drop()",
    "subprocess.run(['rm', '-rf', path])",
    "!truncate -s 0 /var/lib/app.db",
    "!userdel -r ann",
    "!crontab -r",
    "!kafka-topics.sh --bootstrap-server k:9092 --topic orders --delete",
    "!rabbitmqctl purge_queue orders",
];

/// None does: what they take away is anybody's to make anew, or nothing is run at all.
const PASS: &[&str] = &[
    "!rm /srv/data/old.log",
    "!rm -rf build dist",
    "!rm -rf ./node_modules",
    "!rm -rf /tmp/work",
    "work = tempfile.mkdtemp()\nshutil.rmtree(work)",
    "DROP TABLE #sums",
    "delete from orders where id = 7;",
    "!kubectl delete pod web-1",
    "!kubectl get namespaces",
    "frame.na.drop()",
    "frame.drop(columns=['a'])",
    "!terraform plan",
    "!git push origin main",
    "!git reset HEAD~1",
    "!docker rm web",
    "!aws s3 rm s3://backups/one.tar",
    "!curl -X POST https://es:9200/logs",
    "!docker compose down",
    "# rm -rf /srv/data",
    "print('never run rm -rf /srv/data')",
    "# WARNING: takes all data away\n!rm -rf /srv/data",
    "input('take all data away? ')\n!rm -rf /srv/data",
];

/// The numbers of the commands, one in a cell each, that are found.
fn found(commands: &[&str]) -> Vec<usize> {
    let cells = std::iter::once(md("# A")).chain(commands.iter().map(|command| code(command)));
    let desk = Desk::new().notebook("a.ipynb", nb(cells.collect::<Vec<_>>()));
    let report: Value = serde_json::from_slice(&desk.run(&["check", "--format", "json"]).stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter().filter(|f| f["rule"] == "destructive");
    findings.map(|f| usize::try_from(f["cell"]["number"].as_u64().unwrap()).unwrap() - 2).collect()
}

#[test]
fn what_destroys_is_said() {
    let found = found(DESTROY);
    let missed: Vec<&str> = (0..DESTROY.len()).filter(|n| !found.contains(n)).map(|n| DESTROY[n]).collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn what_destroys_nothing_is_not() {
    let said: Vec<&str> = found(PASS).into_iter().map(|n| PASS[n]).collect();
    assert!(said.is_empty(), "{said:#?}");
}
