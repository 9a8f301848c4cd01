"""Certificates of a test: authorities, and what they sign."""
import ssl
import subprocess


class Authority:
    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.certificate = folder / f"{name}.pem"
        self.key = folder / f"{name}.key"
        self.openssl("req", "-x509", *self.new_key(self.key), "-out", self.certificate, "-subj", f"/CN={name}",
                     "-days", "2")

    @staticmethod
    def new_key(file):
        return "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", file

    @staticmethod
    def openssl(*words):
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)

    def sign(self, subject, file):
        """FILE.pem and FILE.key, of a certificate with that CN, for 127.0.0.1."""
        request, extras = self.folder / f"{file}.csr", self.folder / f"{file}.ext"
        extras.write_text("subjectAltName=IP:127.0.0.1\n")
        out, key = self.folder / f"{file}.pem", self.folder / f"{file}.key"
        self.openssl("req", *self.new_key(key), "-out", request, "-subj", f"/CN={subject}")
        self.openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key,
                     "-CAcreateserial", "-days", "2", "-extfile", extras, "-out", out)
        return {"certificate_file": str(out), "key_file": str(key)}

    def context(self, certificate_file=None, key_file=None):
        """Of a client that believes this authority, and shows that certificate."""
        context = ssl.create_default_context(cafile=self.certificate)
        if certificate_file:
            context.load_cert_chain(certificate_file, key_file)
        return context
