import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Security;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cmc.*;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.crmf.CertReqMsg;
import org.bouncycastle.asn1.crmf.CertTemplateBuilder;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.util.CollectionStore;

/**
 * Judges CMC by Bouncy Castle. `check FILE...`: each message's signature verifies, and it and every control that Bouncy
 * Castle has a class for decode and encode again to the same octets; prints one line for each. `build FOLDER`: makes
 * FOLDER/request.cms, an order for one key, from the files there.
 */
public class CmcJudge {
    static void same(String what, byte[] octets, ASN1Encodable decoded) throws Exception {
        if (!Arrays.equals(octets, decoded.toASN1Primitive().getEncoded(ASN1Encoding.DER)))
            throw new Exception(what + " encodes to other octets");
    }

    static ASN1Encodable typed(ASN1ObjectIdentifier type, ASN1Encodable value) {
        if (type.equals(CMCObjectIdentifiers.id_cmc_transactionId)) return ASN1Integer.getInstance(value);
        if (type.equals(CMCObjectIdentifiers.id_cmc_statusInfoV2)) return CMCStatusInfoV2.getInstance(value);
        if (type.equals(CMCObjectIdentifiers.id_cmc_modCertTemplate)) return ModCertTemplate.getInstance(value);
        if (type.equals(CMCObjectIdentifiers.id_cmc_revokeRequest)) return RevokeRequest.getInstance(value);
        if (type.equals(CMCObjectIdentifiers.id_cmc_lraPOPWitness)) return LraPopWitness.getInstance(value);
        if (type.equals(CMCObjectIdentifiers.id_cmc_confirmCertAcceptance)) return IssuerAndSerialNumber.getInstance(value);
        return ASN1OctetString.getInstance(value);  // nonces, dataReturn, regInfo, responseInfo, queryPending
    }

    static String controls(TaggedAttribute[] list) throws Exception {
        StringBuilder text = new StringBuilder();
        for (TaggedAttribute one : list) {
            if (one.getAttrValues().size() != 1) throw new Exception("a control has not one value");
            ASN1Encodable value = one.getAttrValues().getObjectAt(0);
            same(one.getAttrType().getId(), value.toASN1Primitive().getEncoded(ASN1Encoding.DER),
                 typed(one.getAttrType(), value));
            String oid = one.getAttrType().getId();
            text.append(' ').append(oid.substring(oid.lastIndexOf('.') + 1));
            if (value instanceof CMCStatusInfoV2 || one.getAttrType().equals(CMCObjectIdentifiers.id_cmc_statusInfoV2))
                text.append("=").append(CMCStatusInfoV2.getInstance(value).getcMCStatus().toASN1Primitive());
        }
        return text.toString();
    }

    static String requests(TaggedRequest[] list) throws Exception {
        StringBuilder text = new StringBuilder();
        for (TaggedRequest one : list) {
            if (one.getTagNo() == TaggedRequest.CRM) {
                CertReqMsg.getInstance(one.getValue());
                text.append(" crm");
            } else {
                TaggedCertificationRequest.getInstance(one.getValue());
                text.append(" tcr");
            }
        }
        return text.toString();
    }

    @SuppressWarnings("unchecked")  // of Bouncy Castle 1.72's getMatches
    static void check(String file) throws Exception {
        CMSSignedData message = new CMSSignedData(Files.readAllBytes(Path.of(file)));
        for (SignerInformation signer : message.getSignerInfos()) {
            X509CertificateHolder holder =
                (X509CertificateHolder) message.getCertificates().getMatches(signer.getSID()).iterator().next();
            if (!signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(holder)))
                throw new Exception("the signature does not verify");
        }
        byte[] content = (byte[]) message.getSignedContent().getContent();
        if (message.getSignedContentTypeOID().equals(CMCObjectIdentifiers.id_cct_PKIData.getId())) {
            PKIData data = PKIData.getInstance(content);
            same("PKIData", content, data);
            System.out.println("PKIData" + controls(data.getControlSequence()) + requests(data.getReqSequence()));
        } else {
            PKIResponse response = PKIResponse.getInstance(content);
            same("PKIResponse", content, response);
            List<TaggedAttribute> list = new ArrayList<>();
            for (ASN1Encodable one : response.getControlSequence()) list.add(TaggedAttribute.getInstance(one));
            System.out.println("PKIResponse" + controls(list.toArray(new TaggedAttribute[0])));
        }
    }

    static byte[] read(Path folder, String name) throws Exception { return Files.readAllBytes(folder.resolve(name)); }

    static TaggedAttribute control(long id, ASN1ObjectIdentifier type, ASN1Encodable value) {
        return new TaggedAttribute(new BodyPartID(id), type, new DERSet(value));
    }

    static void build(Path folder) throws Exception {
        PKCS10CertificationRequest pkcs10 = new PKCS10CertificationRequest(read(folder, "key.p10"));
        X509CertificateHolder replaced = new X509CertificateHolder(read(folder, "replaced.der"));
        BodyPartID request = new BodyPartID(7);
        ModCertTemplate wanted =
            new ModCertTemplate(new BodyPartPath(request), new BodyPartList(request), true,
                                new CertTemplateBuilder().setSubject(pkcs10.getSubject()).build());
        RevokeRequest revoke =
            new RevokeRequest(replaced.getIssuer(), new ASN1Integer(replaced.getSerialNumber()),
                              CRLReason.lookup(CRLReason.superseded), null, null, null);
        TaggedAttribute[] controls = {
            control(1, CMCObjectIdentifiers.id_cmc_transactionId, new ASN1Integer(new BigInteger("123456789012345678901"))),
            control(2, CMCObjectIdentifiers.id_cmc_senderNonce, new DEROctetString(new byte[16])),
            control(3, CMCObjectIdentifiers.id_cmc_regInfo, new DEROctetString(read(folder, "reg-info.json"))),
            control(4, CMCObjectIdentifiers.id_cmc_dataReturn, new DEROctetString(read(folder, "card.serial"))),
            control(5, CMCObjectIdentifiers.id_cmc_modCertTemplate, wanted),
            control(6, CMCObjectIdentifiers.id_cmc_revokeRequest, revoke)};
        TaggedRequest[] requests = {new TaggedRequest(new TaggedCertificationRequest(
            request, CertificationRequest.getInstance(pkcs10.getEncoded())))};
        byte[] data = new PKIData(controls, requests, new TaggedContentInfo[0], new OtherMsg[0]).getEncoded("DER");
        PrivateKey key = KeyFactory.getInstance("EC", "BC").generatePrivate(new PKCS8EncodedKeySpec(read(folder, "officer.key")));
        X509CertificateHolder officer = new X509CertificateHolder(read(folder, "officer.der"));
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        generator.addSignerInfoGenerator(
            new org.bouncycastle.cms.SignerInfoGeneratorBuilder(
                new JcaDigestCalculatorProviderBuilder().setProvider("BC").build())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").setProvider("BC").build(key), officer));
        generator.addCertificates(new CollectionStore<>(List.of(officer)));
        // An ASN.1 stream: indefinite lengths around a constructed OCTET STRING.
        byte[] message = generator.generate(new CMSProcessableByteArray(CMCObjectIdentifiers.id_cct_PKIData, data), true).getEncoded();
        Files.write(folder.resolve("request.cms"), message);
    }

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        if (arguments[0].equals("build")) {
            build(Path.of(arguments[1]));
            return;
        }
        for (int i = 1; i < arguments.length; ++i) check(arguments[i]);
    }
}
