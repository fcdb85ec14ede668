//! An authority of this test's own, which signs for a server.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Writes `ca.pem`, and `server.pem` with `server.key` for a server of this name, into a folder. Whether
/// openssl is there to do it.
pub fn certify(folder: &Path, name: &str) -> bool {
    let extensions = format!("subjectAltName=DNS:{name}\nextendedKeyUsage=serverAuth\n");
    fs::write(folder.join("ext"), extensions).unwrap();
    let authority = folder.file_name().unwrap_or_default().display();
    let script = format!(
        "openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 \
                  -subj '/CN=test ca {authority}' -addext basicConstraints=critical,CA:TRUE && openssl req \
                  -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=server && \
                  openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out \
                  server.pem -days 2 -extfile ext"
    );
    let made = Command::new("sh").args(["-c", &script]).current_dir(folder).output();
    made.is_ok_and(|made| made.status.success())
}
